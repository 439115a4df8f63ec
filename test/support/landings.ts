import { formatId } from '#domain/id.ts';
import type { LandingSubject, StandingReview } from '#domain/landing/landing-rules.ts';
import type { Party } from '#domain/review/party.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { FAKE_HASHER, fakeKey } from './fake-crypto.ts';

/** A state's id by a name. */
export function namedState(name: string): LandingSubject['state'] {
  return formatId('hs', FAKE_HASHER.hash('state', utf8(name)));
}

export const HEAD = namedState('head');

/** A person by their own session, or an agent of theirs. */
export function party(principal: string, agent: string | null = null, change: Partial<Party> = {}): Party {
  const own = fakeKey(`device ${principal}`);
  return {
    principal,
    via: agent === null ? [] : [agent],
    keys: agent === null ? [own] : [own, fakeKey(`agent ${agent}`)],
    agent,
    provider: null,
    ...change,
  };
}

/** What is landed from `task` on `main`, by one author. */
export function landingOf(author: Party, change: Partial<LandingSubject> = {}): LandingSubject {
  return {
    thread: 'task',
    threads: [change.thread ?? 'task'],
    branch: 'main',
    state: HEAD,
    states: [HEAD],
    authors: [author],
    unproven: [],
    foreign: null,
    trailers: ['assisted-by'],
    ...change,
  };
}

/** What somebody said of the newest state. */
export function reviewBy(
  reviewer: Party,
  verdict: StandingReview['verdict'] = 'approve',
  change: Partial<StandingReview> = {},
): StandingReview {
  return { verdict, state: HEAD, branch: null, reviewer, ...change };
}
