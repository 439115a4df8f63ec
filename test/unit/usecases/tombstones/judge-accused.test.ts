import { describe, expect, it } from 'vitest';
import { formatDigest, formatId, type AuthorityId, type Digest } from '#domain/id.ts';
import { judgeAccused } from '#usecases/tombstones/late/judge-suspects.ts';
import type { HeardOf, Suspect } from '#usecases/tombstones/late/suspect.ts';
import { keysOf } from '../../../support/authority-chain.ts';
import { chainOf, DEV, OWNER, session, viewWith } from '../../../support/decisions.ts';

const idOf = (fill: number): AuthorityId => formatId('hg', new Uint8Array(32).fill(fill));
const cloneOf = (fill: number): Digest => formatDigest(new Uint8Array(32).fill(fill));
const BEFORE = idOf(1);
const REVOCATION = idOf(2);
const OF_OWNER = cloneOf(3);
const OF_DEV = cloneOf(4);
const OF_ANOTHER = cloneOf(5);

const BY = {
  kind: 'key',
  action: 'revoke',
  principal: DEV,
  root: keysOf(DEV).root,
  seen: [],
  id: REVOCATION,
  prev: [BEFORE],
  consents: [],
  by: OWNER,
  under: { session: null, blocks: [] },
  ofOwnBlock: false,
} as const;
const VIEW = viewWith([], {
  replicas: [
    { replica: OF_OWNER, key: keysOf('clone of the owner').root, by: OWNER },
    { replica: OF_DEV, key: keysOf('clone of dev').root, by: DEV },
    { replica: OF_ANOTHER, key: keysOf('another clone').root, by: 'another@example.com' },
  ],
});
const suspect: Suspect = {
  id: 'one',
  principal: DEV,
  role: 'maintainer',
  policy: BEFORE,
  chain: chainOf(session(DEV)),
  isHeardOf: ({ tombstones }) => tombstones.has('one'),
};

function judged(heard: Partial<HeardOf>): ReturnType<typeof judgeAccused> {
  const none = {
    read: new Set<never>(),
    lacks: false,
    tombstones: new Set<string>(),
    purges: new Set<string>(),
  };
  return judgeAccused(
    { views: new Map([[BEFORE, VIEW]]) },
    [{ by: BY, hit: [suspect] }],
    new Map([[REVOCATION, { ...none, untold: new Set<string>(), ...heard }]]),
  );
}

describe('what was signed under something that was revoked', () => {
  const late = new Map([['one', REVOCATION]]);

  it('is late where all logs say that nobody had heard of it', () => {
    expect(judged({})).toEqual({ late, isOpen: false });
  });

  it('is not late where one says so', () => {
    expect(judged({ tombstones: new Set(['one']) })).toEqual({ late: new Map(), isOpen: false });
    expect(judged({ tombstones: new Set(['one']), lacks: true })).toEqual({ late: new Map(), isOpen: false });
  });

  it('is late, and may yet be told otherwise, where lines of others are missing', () => {
    expect(judged({ lacks: true, read: new Set([OF_OWNER, OF_DEV]) })).toEqual({ late, isOpen: true });
  });

  it.each([
    ['whoever made it', OF_OWNER],
    ['whoever revoked', OF_DEV],
  ])('is not late yet where the log of %s is missing', (_whose, only) => {
    expect(judged({ lacks: true, read: new Set([only, OF_ANOTHER]) })).toEqual({
      late: new Map(),
      isOpen: true,
    });
  });
});
