import type { TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { CoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';
import { reusedConsents } from '#usecases/tombstones/decision/reused-consents.ts';
import { decisionProblems, findPlaces } from '#usecases/tombstones/decision/decision-problems.ts';
import { withoutLate } from '#usecases/tombstones/late/without-late.ts';
import {
  examineTombstones,
  TEXTS_TAKEN,
  type ExaminedTombstones,
} from '#usecases/tombstones/set/examine-tombstones.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/** What the rest of a verification asks of the tombstone set: the records whose signatures hold. */
export interface VerifiedTombstones extends Pick<
  ExaminedTombstones,
  'head' | 'records' | 'hidden' | 'partly' | 'names' | 'masks'
> {
  /** Where everything that they cover stands, hidden or not. */
  readonly places: CoveredPlaces;
}

/**
 * Verifies the tombstone set by itself: shape, ids, texts, signatures, token chains, decisions, receipts. What is
 * damaged becomes a finding and hides nothing. One ref is read where there is no tombstone.
 *
 * @param late hears of late ones, which are whole and count for nothing; the report where left out.
 */
export async function verifyTombstoneSet(
  workspace: Workspace,
  report: VerifyReport,
  authority: AuthorityHistory,
  late: VerifyReport = report,
): Promise<VerifiedTombstones> {
  const examination = await examineTombstones(workspace, authority.newest);
  const { problems, ...examined } = await withoutLate(workspace, authority.newest, examination);
  for (const { subject, why, isLate } of problems)
    (isLate === true ? late : report).find('tombstone', subject, why);
  for (const { lifts, purges, receipts } of examined.records.values()) {
    report.count('tombstones');
    report.count('signatures', 1 + lifts.length + purges.length + receipts.length);
    report.count('chains', 1 + lifts.length + purges.length);
  }
  const records = [...examined.records.values()];
  let places: CoveredPlaces = { places: [], carriers: [] };
  await report.guard('tombstone', TOMBSTONES_REF, async () => {
    places = await findPlaces(workspace, records);
    for (const record of records) {
      const whys = await decisionProblems(workspace, record, { authority, found: places });
      for (const why of whys) report.find('tombstone', record.id, why);
    }
    for (const { tombstone, why } of reusedConsents(records)) report.find('tombstone', tombstone, why);
  });
  for (const { id, texts } of records) {
    // That it is covered where it was taken away the set itself tells.
    const still = texts === 'redacted' ? undefined : sidecarProblem(examined, id, null);
    if (still !== undefined) report.find('tombstone', id, still);
  }
  for (const [id, by] of authority.redacted) {
    if (!tookTexts(examined, id, by)) report.find('authority', id, TEXTS_TAKEN);
  }
  return { ...examined, places };
}

/**
 * What is wrong with the sidecar beside a record: it was taken away and no tombstone says so, or one says so and it is
 * still there. Undefined where nothing is.
 *
 * @param by the tombstone that stands in its place; null where the sidecar does, `any` where one does that is not named.
 */
export function sidecarProblem(
  tombstones: Pick<TombstoneSet, 'records'>,
  record: CoveredRecord,
  by: TombstoneId | 'any' | null,
): string | undefined {
  if (by === null) return hidesTexts(tombstones, record) ? TEXTS_STILL_THERE : undefined;
  return tookTexts(tombstones, record, by) ? undefined : TEXTS_TAKEN;
}

const TEXTS_STILL_THERE = 'it is redacted, and its sidecar still stands there';

/** Tells whether a tombstone hides the sidecar of a record. */
function hidesTexts({ records }: Pick<TombstoneSet, 'records'>, record: CoveredRecord): boolean {
  return [...records.values()].some(
    ({ hides, declaration }) => hides && declaration.covers.texts.includes(record),
  );
}

/** Tells whether one may have taken it away: one that nobody believes any more may have, before that was so. */
function tookTexts(
  { records }: Pick<TombstoneSet, 'records'>,
  record: CoveredRecord,
  by: TombstoneId | 'any',
): boolean {
  return [...records.values()].some(
    ({ id, status, declaration }) =>
      (by === 'any' || id === by) && status !== 'lifted' && declaration.covers.texts.includes(record),
  );
}
