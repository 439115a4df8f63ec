import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import {
  foldTombstones,
  newestInstant,
  sidecarHiders,
  type ActRecord,
  type DecodedTombstone,
  type TombstoneSet,
} from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch, TreeEntry } from '#ports/objects.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import type { LateRecords } from '#usecases/tombstones/late/suspect.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import type { ExaminedTombstones } from '#usecases/tombstones/set/examine-tombstones.ts';

/** Records of a set, with the rows that they stand in. */
export type TombstoneRows = Pick<ExaminedTombstones, 'trees'> & {
  readonly records: ReadonlyMap<TombstoneId, DecodedTombstone>;
};

export interface JoinedTombstones {
  readonly set: TombstoneSet;
  /** The move of the set's ref; null where nothing is new. */
  readonly ref: RefChange | null;
}

/**
 * Joins two sets whose records hold: the union of both, whatever the order in which they come. Only one thing is no
 * union: a sidecar that somebody took away by a tombstone of either stays away, until that is lifted. What this clone
 * carries along unread stays; nothing of that kind is taken over.
 */
export function joinTombstones(
  mine: TombstoneRows &
    Pick<ExaminedTombstones, 'head' | 'kept'> &
    Pick<LoadedTombstones, 'unbelieved' | 'late'>,
  theirs: TombstoneRows & Pick<LateRecords, 'late'>,
  { batch, counts }: { readonly batch: ObjectBatch; readonly counts: (act: ActRecord) => boolean },
): JoinedTombstones {
  const ids = [...new Set([...mine.records.keys(), ...theirs.records.keys()])].toSorted();
  const late = new Set([...mine.late.keys(), ...theirs.late.keys()]);
  const hiders = hidersIn(mine, theirs, { counts, late });
  const decoded: DecodedTombstone[] = [];
  const rows: TreeEntry[] = [];
  for (const id of ids) {
    const [first, second] = inOrder(pick(mine, id), pick(theirs, id), hiders.has(id));
    if (first === undefined) continue;
    decoded.push(second === undefined ? first.record : joinRecords(first.record, second.record));
    const entries = new Map([...(second?.rows ?? []), ...first.rows]);
    const [hider, texts] = [hiders.get(id)?.id, entries.get('texts.json')];
    if (hider !== undefined && texts !== undefined && first.record.texts === 'redacted')
      entries.set('texts.json', { ...texts, id: batch.add('blob', encodeRedactedTexts(hider)) });
    rows.push({ mode: DIRECTORY, name: utf8(id), id: batch.addTree([...entries.values()]) });
  }
  // What was judged to be right with the others is right here, too, unless it is late.
  const believed = new Set<string>(theirs.records.keys());
  const stays = [...mine.unbelieved].filter((id) => !believed.has(id));
  const unbelieved = new Set([...stays, ...late]);
  const set = foldTombstones(decoded, counts, unbelieved);
  const newest = newestInstant(decoded);
  if (newest === undefined) return { set, ref: null };
  const tree = batch.addTree([...rows, ...mine.kept]);
  const commit = batch.add('commit', encodeSetCommit('tombstones', tree, newest));
  return {
    set,
    ref: commit === mine.head ? null : { name: TOMBSTONES_REF, old: mine.head, new: commit },
  };
}

interface Picked {
  readonly record: DecodedTombstone;
  /** By name: the record's own files, and those of what was said about it. */
  readonly rows: ReadonlyMap<string, TreeEntry>;
}

function pick({ records, trees }: TombstoneRows, id: TombstoneId): Picked | undefined {
  const record = records.get(id);
  if (record === undefined) return undefined;
  const named = (trees.get(id) ?? []).map((row) => [decodeUtf8(row.name) ?? '', row] as const);
  return { record, rows: new Map(named) };
}

/** Which tombstone of either hides a sidecar, lifts of both counted: by that clones come to the same. */
function hidersIn(
  mine: TombstoneRows,
  theirs: TombstoneRows,
  { counts, late }: { readonly counts: (act: ActRecord) => boolean; readonly late: ReadonlySet<string> },
): ReturnType<typeof sidecarHiders> {
  const all = new Map(mine.records);
  for (const [id, record] of theirs.records) {
    const own = all.get(id);
    all.set(id, own === undefined ? record : joinRecords(own, record));
  }
  return sidecarHiders(foldTombstones([...all.values()], counts, late).records.values());
}

/**
 * Whose own files stand comes first: the one whose sidecar is gone where a tombstone says so, and the one that has it
 * where all that did are lifted.
 */
function inOrder(
  mine: Picked | undefined,
  theirs: Picked | undefined,
  isCovered: boolean,
): readonly [Picked | undefined, Picked | undefined] {
  if (mine === undefined || theirs === undefined) return [mine ?? theirs, undefined];
  const isAway = theirs.record.texts === 'redacted';
  const isOther = isAway !== (mine.record.texts === 'redacted');
  return isOther && isAway === isCovered ? [theirs, mine] : [mine, theirs];
}

function joinRecords(first: DecodedTombstone, second: DecodedTombstone): DecodedTombstone {
  return {
    ...first,
    lifts: byTime([...first.lifts, ...second.lifts], ({ act }) => act.at),
    purges: byTime([...first.purges, ...second.purges], ({ act }) => act.at),
    receipts: byTime([...first.receipts, ...second.receipts], ({ receipt }) => receipt.at),
  };
}

/** Each once, in order of time, then of id. */
function byTime<R extends { readonly id: string }>(
  records: readonly R[],
  at: (record: R) => string,
): readonly R[] {
  const once = new Map(records.map((record) => [`${at(record)} ${record.id}`, record]));
  return [...once.keys()].toSorted().flatMap((key) => once.get(key) ?? []);
}
