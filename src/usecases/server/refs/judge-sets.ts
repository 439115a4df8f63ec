import type { RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { examineRequests } from '#usecases/requests/set/examine-requests.ts';
import { examineReviews } from '#usecases/reviews/set/examine-reviews.ts';
import { withoutLate } from '#usecases/tombstones/late/without-late.ts';
import { examineTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';
import type { WorkListener } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { verifyImports } from '#usecases/verify/verify-imports.ts';
import { verifyRequestSet, type VerifiedRequests } from '#usecases/verify/verify-request-set.ts';
import { verifyReviewSet, type VerifiedReviews } from '#usecases/verify/verify-review-set.ts';
import { verifyTombstoneSet, type VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { lostRecord } from './grown-set.ts';
import type { PushedRefs } from './pushed-refs.ts';
import type { Refusals } from '#usecases/server/refusals.ts';

interface SetGround {
  readonly server: Workspace;
  readonly candidate: Workspace;
  readonly history: AuthorityHistory;
  readonly refusals: Refusals;
}

/**
 * Verifies the tombstones that a push would leave; read alone where it does not touch them. A late one is no reason to
 * refuse: it hides nothing, and whoever has it could push nothing any more. That its own line brings it is another matter:
 * that line is late, too.
 */
export async function judgeTombstones(
  ground: SetGround,
  ref: RefChange | undefined,
): Promise<VerifiedTombstones> {
  const { candidate, history } = ground;
  if (ref === undefined) {
    const examination = await examineTombstones(candidate, history.newest);
    const examined = await withoutLate(candidate, history.newest, examination);
    return { ...examined, places: { places: [], carriers: [] } };
  }
  return judgeSet(ground, ref, (workspace, report) =>
    verifyTombstoneSet(workspace, report, history, new VerifyReport()),
  );
}

/** The same of requests, reviews and imports. */
export async function judgeSets(
  ground: SetGround,
  {
    refs,
    ground: { tombstones, late },
  }: {
    readonly refs: PushedRefs;
    readonly ground: { readonly tombstones: VerifiedTombstones; readonly late: WorkListener };
  },
): Promise<{ readonly requests: VerifiedRequests; readonly reviews: VerifiedReviews }> {
  const { candidate, history: authority } = ground;
  const view = authority.newest;
  if (refs.imports !== undefined)
    await judgeSet(ground, refs.imports, (workspace, report) => verifyImports(workspace, report, authority));
  const requests =
    refs.requests === undefined
      ? await examineRequests(candidate, view)
      : await judgeSet(ground, refs.requests, (workspace, report) =>
          verifyRequestSet(workspace, report, { authority, tombstones }),
        );
  const reviews =
    refs.reviews === undefined
      ? await examineReviews(candidate, view)
      : await judgeSet(ground, refs.reviews, (workspace, report) =>
          verifyReviewSet(workspace, report, { authority, tombstones, late }),
        );
  return { requests, reviews };
}

/** A set only grows, and nothing in it is damaged that was not before: whoever could write there before stops nobody. */
async function judgeSet<T>(
  { server, candidate, refusals }: SetGround,
  ref: RefChange,
  verify: (workspace: Workspace, report: VerifyReport) => Promise<T>,
): Promise<T> {
  const [report, before] = [new VerifyReport(), new VerifyReport()];
  const found = await verify(candidate, report);
  if (!report.result().ok && ref.old !== null) await verify(server, before);
  refusals.takeOver(report, before);
  await refusals.guard('RECORD_REFUSED', ref.name, async () => {
    const lost = await lostRecord(candidate, ref);
    if (lost !== undefined) refusals.refuse('ROLLBACK', ref.name, `it lacks ${lost}, which the server has`);
  });
  return found;
}
