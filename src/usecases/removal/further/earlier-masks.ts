import { utf8 } from '#domain/encoding/bytes.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import type { Cut } from '#domain/removal/spans/cuts.ts';
import { matchCuts, secretPatterns } from '#domain/removal/spans/match-cuts.ts';
import { isTombstone } from '#domain/removal/covered-record.ts';
import { standsFor, type TombstoneRecord, type TombstoneSet } from '#domain/removal/tombstone-set.ts';

/*
 * Parts were purged, and further ones are to go. Under the earlier tombstone's salt, which everybody has, and the hash of
 * what it left, anybody could test a guess of what goes now. So the later one takes the earlier one's sidecar away, and
 * says itself what stays of every file of which that one left the rest.
 */

/** An earlier tombstone whose parts are purged, over a content that is cut again. */
export interface EarlierCut {
  readonly record: TombstoneRecord;
  /** Whose masks stand there. */
  readonly by: TombstoneId;
  /** Of its sidecar: what the rest was known under. */
  readonly salt: string;
}

/** The earlier cut at a hidden entry; undefined where all of it was hidden, or its parts can still come back. */
export function earlierCut(
  { hidden, partly }: Pick<TombstoneSet, 'hidden' | 'partly'>,
  file: Digest,
): EarlierCut | undefined {
  const [record, rest] = [hidden.get(file), partly.get(file)];
  if (record === undefined || rest === undefined || record.texts === 'redacted') return undefined;
  if (record.status !== 'purging' && record.status !== 'purged') return undefined;
  return { record, by: rest.by ?? record.id, salt: record.texts.salt };
}

/** Where masks of some tombstones stand in a content. */
export function masksOf(bytes: Uint8Array, ids: Iterable<TombstoneId>): readonly Cut[] {
  const patterns = [...ids].flatMap((id) => secretPatterns(utf8(`[redacted ${id}]`)));
  return matchCuts(bytes, patterns) ?? [];
}

/** What of some cuts is no mask, which was cut out before. Both are in order and apart. */
export function outsideMasks(cuts: readonly Cut[], masks: readonly Cut[]): readonly Cut[] {
  const left: Cut[] = [];
  let next = 0;
  for (const { start, end } of cuts) {
    while ((masks[next]?.end ?? Infinity) <= start) next += 1;
    let from = start;
    for (let mask = masks[next]; mask !== undefined && mask.start < end; mask = masks[next]) {
      if (mask.start > from) left.push({ start: from, end: mask.start });
      from = mask.end;
      if (mask.end > end) break;
      next += 1;
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

/** The tombstone that hides a content in the place of an earlier one; undefined where that one does itself. */
export function successor(
  { hidden, records }: Pick<TombstoneSet, 'hidden' | 'records'>,
  earlier: TombstoneId,
  file: Digest,
): TombstoneRecord | undefined {
  const last = hidden.get(file);
  if (last === undefined || last.id === earlier) return undefined;
  const seen = [last];
  for (const one of seen) {
    if (standsFor(one, earlier)) return last;
    for (const id of one.declaration.covers.texts.filter(isTombstone)) {
      const before = records.get(id);
      if (before !== undefined && !seen.includes(before)) seen.push(before);
    }
  }
  return undefined;
}
