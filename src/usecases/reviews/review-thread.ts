import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { branchRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { ReviewResult } from '#domain/results/review-results.ts';
import { reviewerKey } from '#domain/review/party.ts';
import type { ReviewVerdict } from '#domain/review/review-codec.ts';
import { standingVerdicts } from '#domain/review/review-set.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { chooseBranch } from '#usecases/landing/landing-target.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { draftReview } from './set/draft-review.ts';
import { examineReviews, type ExaminedReviews } from './set/examine-reviews.ts';
import { MOST_REVIEWS } from './set/read-review-set.ts';

export interface ReviewOptions {
  readonly thread: string;
  readonly verdict: ReviewVerdict;
  readonly message: string | null;
  /** The one branch that it is about; null for any. */
  readonly onto: string | null;
  /** The beginning of the id of the state that was looked at; null for the newest, whatever it is. */
  readonly state: string | null;
}

type Reviewed = Omit<ReviewResult, 'operation'>;

/**
 * Records a signed review of a thread's newest state. A later one by the same reviewer replaces it. Throws `NOT_FOUND`,
 * `THREAD_DIVERGED` where the thread is at another state than the one that was looked at, `REVIEW_LIMIT`.
 */
export async function reviewThread(workspace: Workspace, options: ReviewOptions): Promise<Mutated<Reviewed>> {
  const { thread, verdict, message, state } = options;
  const branch = options.onto === null ? null : await chooseBranch(workspace, options.onto);
  return mutate<Reviewed>(workspace, {
    op: 'review',
    args: { thread, verdict, message, branch, state },
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, { ...options, onto: branch }),
    blind: async ({ authority }) => reviewAsk(authority.view, thread),
  });
}

function reviewAsk({ repository }: AuthorityView, thread: string): Ask {
  return { operation: 'review', resources: [threadResource(repository, thread)] };
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  options: ReviewOptions,
): Promise<Proposal<Reviewed>> {
  const { view } = ground.authority;
  const { thread } = options;
  const head = await findHead(workspace, thread);
  assertLookedAt(head, options);
  return {
    kind: 'ask',
    ask: {
      ...reviewAsk(view, thread),
      continues: continuedStates(workspace, view, { thread, states: [head] }),
    },
    plan: (drafts) => plan(workspace, { ground, drafts, head, options }),
  };
}

/** The newest state of a thread. Throws `NOT_FOUND`. */
export async function findHead(workspace: Workspace, thread: string): Promise<CarriedState> {
  const carrier = (await threadHeads(workspace)).get(thread);
  if (carrier !== undefined) return readHead(workspace, carrier);
  const started = (await listThreadRecords(workspace)).some((record) => record.thread === thread);
  const what = started ? 'nothing was captured yet on' : 'no thread is called';
  throw refused('NOT_FOUND', `${what} ${thread.slice(0, 200)}`, { thread: thread.slice(0, 200) });
}

/** Nobody says anything of a state that came while they looked. */
function assertLookedAt({ id }: CarriedState, { thread, state }: ReviewOptions): void {
  if (state === null) return;
  const beginning = state.startsWith('hs-') ? state : `hs-${state}`;
  if (id.startsWith(beginning) && beginning.length >= 'hs-'.length + 8) return;
  throw refused('THREAD_DIVERGED', `${thread} is at ${shortId(id)}, and not at what was looked at`, {
    thread,
    head: id,
    state: state.slice(0, 80),
  });
}

async function plan(
  workspace: Workspace,
  {
    ground,
    drafts,
    head,
    options,
  }: {
    readonly ground: Ground;
    readonly drafts: Drafts;
    readonly head: CarriedState;
    readonly options: ReviewOptions;
  },
): Promise<Plan<Reviewed>> {
  const { thread, verdict, message, onto: branch } = options;
  const loaded = await examineReviews(workspace, ground.authority.view, (one) => one.thread === thread);
  assertRoom(loaded);
  if (verdict === 'withdraw') assertOwn(ground, loaded, thread);
  const base = branch === null ? null : ((await workspace.refs.readBranch(branchRef(branch))) ?? null);
  const said = { thread, state: head.id, branch, verdict, message, base };
  const { id, move } = draftReview(workspace, recordAuthor(ground), { loaded, batch: drafts.batch, said });
  const result = { review: id, thread, state: head.id, branch, verdict, message };
  return { ...NO_CHANGE, states: [head.id], refs: [move], result };
}

function assertRoom({ unreadable, rows, problems }: ExaminedReviews): void {
  if (unreadable)
    throw refused('FORMAT_INVALID', `the reviews cannot be read: ${problems[0]?.why ?? ''}`, {});
  if (rows.length < MOST_REVIEWS) return;
  throw refused('REVIEW_LIMIT', `the repository holds ${MOST_REVIEWS} reviews, and no more fit`, {});
}

function assertOwn({ caller, now }: Ground, { records }: ExaminedReviews, thread: string): void {
  const key = reviewerKey({ principal: caller.actor.principal, via: agentNames(caller.chain) });
  const own = standingVerdicts(records.values(), now).some(({ credential: { chain } }) => {
    return reviewerKey({ principal: chain.authority.principal, via: agentNames(chain) }) === key;
  });
  if (!own) throw refused('NOT_FOUND', `there is no review of ${thread} of yours to take back`, { thread });
}

function refused(
  code: 'NOT_FOUND' | 'THREAD_DIVERGED' | 'REVIEW_LIMIT' | 'FORMAT_INVALID',
  message: string,
  facts: Readonly<Record<string, string>>,
): HeddleError {
  return new HeddleError(code, message, { facts, preserved: 'nothing was changed' });
}
