import type { AuthorityView } from '#domain/authority/authority.ts';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import type { StateId } from '#domain/id.ts';
import type { ReviewListResult, ReviewSummary } from '#domain/results/review-results.ts';
import { inOrder, standingVerdicts, type ReviewRecord } from '#domain/review/review-set.ts';
import type { Instant } from '#domain/time.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readSoundStates } from '#usecases/states/read-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { reviewProblem } from './review-right.ts';
import { examineReviews } from './set/examine-reviews.ts';

/** Lists reviews, the newest first, and what each is worth now. Reads only. */
export async function listReviews(
  workspace: Workspace,
  { thread }: { readonly thread: string | null },
): Promise<ReviewListResult> {
  const { view } = await knowAuthority(workspace);
  const wanted =
    thread === null ? undefined : (review: { readonly thread: string }) => review.thread === thread;
  const { records, problems } = await examineReviews(workspace, view, wanted);
  const heads = await threadHeads(workspace);
  const read = await readSoundStates(workspace, [...new Set(heads.values())]);
  const ids = new Map(read.map(({ carrier, id }) => [carrier, id]));
  const newest = new Map([...heads].map(([name, carrier]) => [name, ids.get(carrier)]));
  const engine = await workspace.tokens.loadEngine();
  const ground = {
    engine,
    view,
    now: workspace.clock.now(),
    headOf: (name: string) => newest.get(name),
    thread: null,
  };
  const damaged = new Set(problems.map(({ subject }) => subject)).size;
  return { reviews: summariseReviews([...records.values()], ground), damaged };
}

/** What reviews are judged on. */
export interface ReviewGround {
  readonly engine: EvaluateToken;
  readonly view: AuthorityView;
  readonly now: Instant;
  /** A thread's newest state; undefined where there is none. */
  readonly headOf: (thread: string) => StateId | undefined;
  /** The thread that all of them are about, whatever it was called then; null for each its own. */
  readonly thread: string | null;
}

/** Reviews as published, the newest first. */
export function summariseReviews(
  records: readonly ReviewRecord[],
  ground: ReviewGround,
): readonly ReviewSummary[] {
  const { engine, view, now } = ground;
  const aboutOf = ({ review }: ReviewRecord): string => ground.thread ?? review.thread;
  const problems = new Map(
    records.map((record) => [record, reviewProblem(engine, { view, now, thread: aboutOf(record) }, record)]),
  );
  const rightful = records.filter((record) => problems.get(record) === undefined);
  const standing = new Set(
    [...new Set(rightful.map(aboutOf))].flatMap((thread) =>
      standingVerdicts(
        rightful.filter((record) => aboutOf(record) === thread),
        now,
      ),
    ),
  );
  return inOrder(records)
    .toReversed()
    .map((record) => {
      const why = problems.get(record) ?? whyNot(record, standing.has(record), ground);
      return { ...publish(record), stands: why === null, why };
    });
}

function whyNot({ review }: ReviewRecord, stands: boolean, { headOf }: ReviewGround): string | null {
  const { verdict, state, thread } = review;
  if (verdict === 'comment') return 'a comment decides nothing';
  if (verdict === 'withdraw') return 'it takes an earlier one back';
  if (!stands) return 'a later one by the same reviewer replaced it';
  if (verdict === 'approve' && state !== headOf(thread)) return 'the thread is at another state since';
  return null;
}

function publish({ id, review, texts, credential }: ReviewRecord): Omit<ReviewSummary, 'stands' | 'why'> {
  const { thread, state, branch, verdict, actor, at } = review;
  return {
    review: id,
    thread,
    state,
    branch,
    verdict,
    principal: credential.chain.authority.principal,
    via: agentNames(credential.chain),
    provider: actor.provider,
    model: actor.model,
    at,
    message: texts.message,
  };
}
