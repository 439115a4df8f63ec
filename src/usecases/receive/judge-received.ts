import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { DecodedTombstone, TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { TreeEntry } from '#ports/objects.ts';
import { findLateRecords } from '#usecases/tombstones/late/late-records.ts';
import type { LateRecords } from '#usecases/tombstones/late/suspect.ts';
import { claimProblems, findPlaces } from '#usecases/tombstones/decision/decision-problems.ts';
import type { ExaminedTombstones, TombstoneProblem } from '#usecases/tombstones/set/examine-tombstones.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import type { TombstoneRows } from './join-tombstones.ts';

export interface JudgedTombstones extends TombstoneRows, LateRecords {
  /** What is not taken over, and why; it stops nothing else. */
  readonly refused: readonly TombstoneProblem[];
}

/** A tombstone's own files; everything else in its directory is a record about it. */
const OWN: ReadonlySet<string> = new Set(['attestation.json', 'chain', 'declaration.json', 'texts.json']);

/**
 * Judges what was fetched of another clone's tombstones, by this clone's authority chain and states: only records that
 * hold and that their authors were allowed to make are taken over, each by itself. A record that is refused for want
 * of an authority record or of a state that did not arrive yet is taken over the next time. A late one is taken over,
 * too: others may have built on what it left.
 */
export async function judgeReceived(
  workspace: Workspace,
  { records, trees, problems }: ExaminedTombstones,
): Promise<JudgedTombstones> {
  const refused: TombstoneProblem[] = [...problems];
  const accepted = new Map<TombstoneId, DecodedTombstone>();
  const rows = new Map<TombstoneId, readonly TreeEntry[]>();
  const authority = await verifyAuthority(workspace, new VerifyReport());
  if (authority === undefined)
    return { records: accepted, trees: rows, late: new Map(), isOpen: false, refused };
  const { late, isOpen } = await findLateRecords(workspace, authority.newest, records.values());
  const found = await findPlaces(workspace, records.values());
  for (const record of records.values()) {
    const bad = await claimProblems(workspace, record, { authority, found });
    const own = bad.find(({ claim }) => claim.kind === 'tombstone');
    for (const { claim, why } of bad)
      refused.push({
        subject: record.id,
        why: claim.kind === 'tombstone' ? why : `its ${claim.kind}: ${why}`,
      });
    if (own !== undefined) continue;
    const sound = without(record, new Set(bad.map(({ claim }) => claim.record)));
    accepted.set(record.id, sound);
    rows.set(record.id, rowsOf(sound, trees.get(record.id) ?? []));
  }
  return { records: accepted, trees: rows, late, isOpen, refused };
}

/** Without the acts that nobody was allowed, and the receipts that answer them. */
function without(record: TombstoneRecord, bad: ReadonlySet<unknown>): DecodedTombstone {
  const lifts = record.lifts.filter(({ act }) => !bad.has(act));
  const purges = record.purges.filter(({ act }) => !bad.has(act));
  const orders = new Set(purges.map(({ id }) => id));
  const receipts = record.receipts.filter(({ receipt }) => orders.has(receipt.purge));
  return { ...record, lifts, purges, receipts };
}

function rowsOf(
  { lifts, purges, receipts }: DecodedTombstone,
  rows: readonly TreeEntry[],
): readonly TreeEntry[] {
  const names = new Set([
    ...OWN,
    ...lifts.map(({ id }) => `lift-${id}`),
    ...purges.map(({ id }) => `purge-${id}`),
    ...receipts.map(({ id }) => `receipt-${id}`),
  ]);
  return rows.filter(({ name }) => names.has(decodeUtf8(name) ?? ''));
}
