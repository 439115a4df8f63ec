import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest, type TombstoneId } from '#domain/id.ts';

/*
 * <common dir>/heddle/shun.json and <data>/shun/<replica>.json, 0600, canonical JSON:
 *   {"entries":[{"digest","tombstone"}…],"type":"shun","v":1}
 * in order of digest, then tombstone; no pair twice.
 */

/** A content that a clone refuses, by a digest that is keyed with its secret, and the tombstone that removed it. */
export interface ShunEntry {
  /** `ReplicaIdentity.keyed('shun', …)` of the blob's id in ASCII. */
  readonly digest: Digest;
  readonly tombstone: TombstoneId;
}

/** No list is larger: 32 MiB. */
export const LARGEST_SHUN_LIST = 32 * 1024 * 1024;
const MOST_ENTRIES = 200_000;

/** Encodes a shun list. The entries must be in order; {@link decodeShunList} refuses others. Throws `IO_FAILED`. */
export function encodeShunList(entries: readonly ShunEntry[]): Uint8Array {
  if (entries.length > MOST_ENTRIES) {
    throw new HeddleError('IO_FAILED', `the shun list cannot hold more than ${MOST_ENTRIES} entries`, {
      preserved: 'the list is unchanged',
    });
  }
  const json = entries.map(({ digest, tombstone }) => ({ digest, tombstone }));
  return encodeCanonical({ type: 'shun', v: 1, entries: json });
}

/** Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeShunList(bytes: Uint8Array): readonly ShunEntry[] {
  const reader = new JsonReader(decodeCanonical(bytes, 'shun list', LARGEST_SHUN_LIST), 'shun list');
  reader.version('shun', 1);
  const entries = reader.list('entries', readEntry, MOST_ENTRIES);
  reader.end();
  const rising = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || shunKey(before) < shunKey(entry);
  });
  if (!rising) throw reader.invalid('is not in order');
  return entries;
}

function readEntry(item: Json): ShunEntry {
  const reader = new JsonReader(item, 'shun list.entries');
  const entry = {
    digest: parseDigest(reader.string('digest')),
    tombstone: parseId('hr', reader.string('tombstone')),
  };
  reader.end();
  return entry;
}

/** Joins lists: sorted, each pair once. */
export function joinShunLists<E extends ShunEntry>(...lists: readonly (readonly E[])[]): readonly E[] {
  const byKey = new Map(lists.flat().map((entry) => [shunKey(entry), entry]));
  return [...byKey.keys()].toSorted().flatMap((key) => byKey.get(key) ?? []);
}

/** Digests are all of one length, so that the parts cannot run into each other. */
export function shunKey({ digest, tombstone }: ShunEntry): string {
  return `${digest} ${tombstone}`;
}
