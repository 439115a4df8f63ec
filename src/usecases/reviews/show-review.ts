import { landingPolicies } from '#domain/decision/gates/landing-gate.ts';
import { HeddleError } from '#domain/error.ts';
import {
  approvers,
  landingRuleBreaches,
  toldRejections,
  type LandingSubject,
} from '#domain/landing/landing-rules.ts';
import { reviewersOf, rulesTogether } from '#domain/policy/effective-policy.ts';
import { covers, threadResource } from '#domain/resource/resource.ts';
import type { DeniedThere, ReviewShowResult } from '#domain/results/review-results.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { summariseStates } from '#usecases/history/state-summary.ts';
import { findOpenStates } from '#usecases/landing/landed-states.ts';
import { landingSubject } from '#usecases/landing/landing-subject.ts';
import { chooseBranch, findTarget } from '#usecases/landing/landing-target.ts';
import { mergeStates } from '#usecases/landing/merge-states.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { summariseReviews } from './list-reviews.ts';
import { findHead } from './review-thread.ts';
import { examineReviews } from './set/examine-reviews.ts';

/** What a thread brings to a branch, or all that it has. */
interface Brought {
  readonly branch: string | null;
  /** Oldest first. */
  readonly states: readonly CarriedState[];
  readonly beside: readonly CarriedState[];
  readonly foreign: ObjectId | null;
  /** What of the branch would come to differ, Git commits that come along included; else all that the thread changed. */
  readonly readChanges: () => Promise<readonly TreeChange[]>;
}

/** What a reviewer needs of a thread. Reads only. Throws `NOT_FOUND`, and `USAGE` for what is no branch's name. */
export async function showReview(
  workspace: Workspace,
  { thread, onto }: { readonly thread: string; readonly onto: string | null },
): Promise<ReviewShowResult> {
  const { view } = await knowAuthority(workspace);
  const head = await findHead(workspace, thread);
  const found = await findBrought(workspace, { thread, onto, head });
  const { branch, states, beside } = found;
  const brought = new Set([...states, ...beside].map(({ id }) => id));
  const examined = await examineReviews(
    workspace,
    view,
    (review) => review.thread === thread || brought.has(review.state),
  );
  const engine = await workspace.tokens.loadEngine();
  const now = workspace.clock.now();
  return {
    thread,
    state: head.id,
    branch,
    states: await summariseStates(workspace, states, {
      view,
      tombstones: await loadTombstones(workspace, view),
    }),
    evidence: [...new Set(states.flatMap(({ texts }) => texts.evidence))],
    changed: describeChanges(await found.readChanges()),
    denials: await findDenials(workspace, view, thread),
    reviews: summariseReviews([...examined.records.values()], {
      engine,
      view,
      now,
      headOf: () => head.id,
      thread,
    }),
    rules: await landingRules(workspace, view, { ...found, thread, head, now }),
  };
}

/** What landing a thread here still misses; nothing of one that cannot be looked at. */
export async function missingRules(workspace: Workspace, thread: string): Promise<readonly string[]> {
  try {
    const { view } = await knowAuthority(workspace);
    const head = await findHead(workspace, thread);
    const found = await findBrought(workspace, { thread, onto: null, head });
    if (found.branch === null || found.states.length === 0) return [];
    const now = workspace.clock.now();
    return (await landingRules(workspace, view, { ...found, thread, head, now })).missing;
  } catch (error) {
    // Nothing was captured yet: there is nothing to land.
    if (error instanceof HeddleError) return error.code === 'NOT_FOUND' ? [] : [error.message];
    throw error;
  }
}

/** Without a branch that was named, that of this worktree where the thread can be landed there. */
async function findBrought(
  workspace: Workspace,
  {
    thread,
    onto,
    head,
  }: { readonly thread: string; readonly onto: string | null; readonly head: CarriedState },
): Promise<Brought> {
  try {
    const branch = await chooseBranch(workspace, onto);
    const target = await findTarget(workspace, { thread, branch });
    const open = await findOpenStates(workspace, target);
    const { states, beside, foreign } = open;
    const readChanges = async (): Promise<readonly TreeChange[]> => {
      const merged = await mergeStates(workspace, target, { ...open, squash: true });
      return merged.kind === 'merged' ? merged.changed : merged.touched;
    };
    return { branch, states, beside, foreign, readChanges };
  } catch (error) {
    if (onto !== null || !(error instanceof HeddleError)) throw error;
    return ownStates(workspace, head);
  }
}

async function ownStates(workspace: Workspace, head: CarriedState): Promise<Brought> {
  const states = [head];
  let [parent] = parentCarriers(head);
  let oldest = head;
  while (parent !== undefined) {
    oldest = await readState(workspace, parent);
    states.unshift(oldest);
    [parent] = parentCarriers(oldest);
  }
  const { base } = oldest.texts;
  const readChanges = async (): Promise<readonly TreeChange[]> => {
    const { files } = await carrierTrees(workspace, head.carrier);
    return workspace.comparer.compare(await baseFiles(workspace, base), files);
  };
  return { branch: null, states, beside: [], foreign: null, readChanges };
}

const MOST_DENIALS = 20;
/** Lines of the log that are looked at. */
const MOST_LINES = 4096;

/** What was denied in a thread lately, as far as this clone's logs tell. */
async function findDenials(
  { log }: Workspace,
  { repository }: AuthorityView,
  thread: string,
): Promise<readonly DeniedThere[]> {
  const at = threadResource(repository, thread);
  const denials: DeniedThere[] = [];
  let read = 0;
  for await (const { id, line, texts } of log.newest()) {
    read += 1;
    if (read > MOST_LINES || denials.length === MOST_DENIALS) break;
    const { code, verdict } = line.verdict;
    const resource = texts === 'redacted' ? null : texts.resource;
    if (verdict !== 'deny' || code === null || resource === null || !covers(at, resource)) continue;
    const { principal, agent } = line.actor;
    denials.push({ operation: id, at: line.at, code, resource, principal, agent });
  }
  return denials;
}

/** What landing a thread on a branch needs, and who gave it. */
async function landingRules(
  workspace: Workspace,
  view: AuthorityView,
  {
    thread,
    branch,
    states,
    beside,
    foreign,
    head,
    now,
  }: Omit<Brought, 'readChanges'> & {
    readonly thread: string;
    readonly head: CarriedState;
    readonly now: Instant;
  },
): Promise<ReviewShowResult['rules']> {
  const at = branch === null ? view.repository : threadResource(view.repository, `heads/${branch}`);
  const subject = { thread, branch: branch ?? '', state: head.id, states, beside, foreign, trailers: [] };
  const landing: LandingSubject = landingSubject(workspace, view, subject);
  const policies = landingPolicies({ resources: [at], authority: view }, landing.threads);
  // As every decision loads it: late.
  const { reviewsFor } = await import('./standing-reviews.ts');
  const reviews = await reviewsFor(workspace, { landing, authority: view, now });
  const isWhole = branch !== null && states.length === 0;
  const { approvals, reviewers } = rulesTogether(policies);
  const breaches = landingRuleBreaches(policies, { landing, reviews }).map(({ message }) => message);
  return {
    approvals,
    reviewers,
    approvedBy: approvers(reviewersOf({ ...rulesTogether(policies) }) ?? [], { landing, reviews }),
    // What a branch has already needs nobody.
    missing: isWhole ? [] : breaches.length > 0 ? breaches : toldRejections({ landing, reviews }),
  };
}
