import { REVIEWS_REF } from '#domain/refs.ts';
import type { ReviewRecord } from '#domain/review/review-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { deniedThen, deniedWords } from '#usecases/reviews/review-right.ts';
import { examineReviews, type ExaminedReviews } from '#usecases/reviews/set/examine-reviews.ts';
import type { WorkListener } from './late-work.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';
import { sidecarProblem, type VerifiedTombstones } from './verify-tombstone-set.ts';

/** What lines about reviews are held against. */
export type VerifiedReviews = Pick<ExaminedReviews, 'records'>;

/**
 * Verifies the set of reviews by itself: shape, ids, texts, signatures, token chains, and whether whoever reviewed could
 * when they did. What is damaged becomes a finding and hides nothing. One ref is read where there is no review.
 */
export async function verifyReviewSet(
  workspace: Workspace,
  report: VerifyReport,
  {
    authority,
    tombstones,
    late,
  }: {
    readonly authority: AuthorityHistory;
    readonly tombstones: VerifiedTombstones;
    readonly late: Pick<WorkListener, 'note'>;
  },
): Promise<VerifiedReviews> {
  const { records, problems } = await examineReviews(workspace, authority.newest);
  for (const { subject, why } of problems) report.find('review', subject, why);
  await report.guard('review', REVIEWS_REF, async () => {
    for (const record of records.values()) {
      report.count('signatures');
      report.count('chains');
      await noteLate(workspace, record, late);
      const texts = sidecarProblem(tombstones, `review-${record.id}`, record.redactedBy ?? null);
      if (texts !== undefined) report.find('review', record.id, texts);
      const why = await rightProblem(workspace, record, authority);
      if (why !== undefined) report.find('review', record.id, why);
    }
  });
  return { records };
}

/** Whoever lost the right still has the key, and could date back what makes an old landing look lawful. */
async function noteLate(
  workspace: Workspace,
  record: ReviewRecord,
  late: Pick<WorkListener, 'note'>,
): Promise<void> {
  const { review, credential } = record;
  const engine = await workspace.tokens.loadEngine();
  late.note({
    kind: 'review',
    id: record.id,
    policy: review.policy,
    principal: credential.chain.authority.principal,
    chain: credential.chain,
    changes: false,
    deniedUnder: async (view) => deniedThen(engine, { view, thread: review.thread }, record),
  });
}

async function rightProblem(
  workspace: Workspace,
  record: ReviewRecord,
  { views }: AuthorityHistory,
): Promise<string | undefined> {
  const { policy, thread } = record.review;
  const view = views.get(policy);
  if (view === undefined) return 'the authority record it was made under is unknown';
  const denial = deniedThen(await workspace.tokens.loadEngine(), { view, thread }, record);
  return denial === undefined ? undefined : deniedWords(denial);
}
