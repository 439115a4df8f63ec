import { openContent } from '#domain/manifest/entry.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { TombstoneVerifyResult } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { notInitialised } from '#usecases/authority/load-authority.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import type { CoveredPlace, CoveredPlaces } from './decision/covered-places.ts';
import { examineTombstones, type ExaminedTombstones } from './set/examine-tombstones.ts';
import { withoutLate } from './late/without-late.ts';
import { findTombstone } from './load-tombstones.ts';
import { OTHER_REPLACEMENT, ReplacementBlobs, STILL_THERE } from './replacement-blobs.ts';
import { reusedConsents } from './decision/reused-consents.ts';
import { decisionProblems, findPlaces } from './decision/decision-problems.ts';

type Checked = { -readonly [Kind in keyof TombstoneVerifyResult['checked']]: number };

/**
 * Verifies tombstones, or one by its id: ids, texts, signatures, token chains, decisions, receipts, and that in every
 * thread exactly the derived replacement stands where something is hidden. Needs public keys only, and reads only.
 * Findings are answers; throws `NOT_FOUND`, `AMBIGUOUS` for a name.
 */
export async function verifyTombstones(
  workspace: Workspace,
  name: string | null,
): Promise<TombstoneVerifyResult> {
  if ((await workspace.records.readClone()) === undefined) throw await notInitialised(workspace);
  const report = new VerifyReport();
  const authority = await verifyAuthority(workspace, report);
  const checked: Checked = {
    tombstones: 0,
    lifts: 0,
    purges: 0,
    receipts: 0,
    signatures: 0,
    replacements: 0,
  };
  if (authority !== undefined) {
    const { newest } = authority;
    const examined = await withoutLate(workspace, newest, await examineTombstones(workspace, newest));
    const chosen = choose(examined, name);
    for (const { subject, why } of examined.problems) {
      if (chosen.subject === null || subject === chosen.subject || subject === TOMBSTONES_REF) {
        report.find('tombstone', subject, why);
      }
    }
    await report.guard('tombstone', chosen.subject ?? TOMBSTONES_REF, async () => {
      const found = await findPlaces(workspace, chosen.records);
      for (const record of chosen.records) {
        count(checked, record);
        const problems = await decisionProblems(workspace, record, { authority, found });
        for (const why of problems) report.find('tombstone', record.id, why);
      }
      for (const { tombstone, why } of reusedConsents(examined.records.values())) {
        if (chosen.records.some(({ id }) => id === tombstone)) report.find('tombstone', tombstone, why);
      }
      checked.replacements = await verifyReplacements(workspace, { report, examined, found });
    });
  }
  const { ok, findings } = report.result();
  return { ok, checked, findings };
}

/** One tombstone by name, or all; what is damaged has a name too. */
function choose(
  examined: ExaminedTombstones,
  name: string | null,
): { readonly subject: string | null; readonly records: readonly TombstoneRecord[] } {
  if (name === null) return { subject: null, records: [...examined.records.values()] };
  const damaged = new Set(examined.problems.map(({ subject }) => subject));
  const beginning = name.startsWith('hr-') ? name : `hr-${name}`;
  const [subject] = [...damaged].filter((one) => one.startsWith(beginning));
  if (subject !== undefined && ![...examined.records.keys()].some((id) => id.startsWith(beginning))) {
    return { subject, records: [] };
  }
  const record = findTombstone(examined, name);
  return { subject: record.id, records: [record] };
}

function count(checked: Checked, { lifts, purges, receipts }: TombstoneRecord): void {
  checked.tombstones += 1;
  checked.lifts += lifts.length;
  checked.purges += purges.length;
  checked.receipts += receipts.length;
  checked.signatures += 1 + lifts.length + purges.length + receipts.length;
}

/** Rebuilds each replacement and holds it against what stands there; returns how many. */
async function verifyReplacements(
  workspace: Workspace,
  {
    report,
    examined,
    found,
  }: {
    readonly report: VerifyReport;
    readonly examined: ExaminedTombstones;
    readonly found: CoveredPlaces;
  },
): Promise<number> {
  const blobs = new ReplacementBlobs(workspace, examined);
  const finders = new Map<string, PathFinder>();
  let checked = 0;
  for (const place of found.places) {
    const tombstone = examined.hidden.get(place.file);
    if (tombstone === undefined) continue;
    checked += 1;
    const path = escapePath(place.path);
    const finder = finders.get(path) ?? new PathFinder(workspace, place.path);
    finders.set(path, finder);
    const blob = (await finder.find(place.carrier.files))?.id;
    const why = await replacementProblem(blobs, { tombstone, place, blob });
    if (why !== undefined) report.find('tombstone', tombstone.id, `${place.carrier.id} ${path}: ${why}`);
  }
  return checked;
}

async function replacementProblem(
  blobs: ReplacementBlobs,
  {
    tombstone,
    place,
    blob,
  }: {
    readonly tombstone: TombstoneRecord;
    readonly place: CoveredPlace;
    readonly blob: string | undefined;
  },
): Promise<string | undefined> {
  if (openContent(place.entry) !== undefined) return STILL_THERE;
  const fits = blob !== undefined && (await blobs.fit(tombstone, place.entry, blob));
  return fits ? undefined : OTHER_REPLACEMENT;
}
