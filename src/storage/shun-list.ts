import { join } from 'node:path';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import type { ShunList, ShunnedDigest } from '#ports/removal.ts';
import { assertRealDirectories, DurableFiles, readBounded } from './durable-file.ts';

/*
 * <common dir>/heddle/shun.json, 0600, canonical JSON:
 *   {"entries":[{"digest","tombstone"}…],"type":"shun","v":1}
 * in order of digest, then tombstone; no pair twice.
 */

const LARGEST_LIST = 32 * 1024 * 1024;
const MOST_ENTRIES = 200_000;
const OWNER_ONLY = 0o600;

/**
 * Opens a clone's shun list. A missing list is an empty one; a damaged one throws `FORMAT_INVALID` or
 * `FORMAT_UNKNOWN` and is never written over. Writers need the repository lock.
 */
export function openShunList(commonDir: string): ShunList {
  const root = join(commonDir, 'heddle');
  const path = join(root, 'shun.json');
  const files = new DurableFiles(join(root, 'tmp'));
  const write = (entries: readonly ShunnedDigest[]): void => {
    assertRealDirectories([root, join(root, 'tmp')]);
    files.replace(path, encodeShunList(entries), OWNER_ONLY);
  };
  return {
    read: async () => readShunList(path),
    async add(added) {
      const present = readShunList(path);
      const joined = inOrder([...present, ...added]);
      if (joined.length > present.length) write(joined);
    },
    async drop(tombstone) {
      const present = readShunList(path);
      const kept = present.filter((entry) => entry.tombstone !== tombstone);
      if (kept.length < present.length) write(kept);
    },
  };
}

function readShunList(path: string): readonly ShunnedDigest[] {
  const bytes = readBounded(path, LARGEST_LIST);
  return bytes === undefined ? [] : decodeShunList(bytes);
}

/** Encodes a shun list. The entries must be in order; {@link decodeShunList} refuses others. */
function encodeShunList(entries: readonly ShunnedDigest[]): Uint8Array {
  if (entries.length > MOST_ENTRIES) {
    throw new HeddleError('IO_FAILED', `the shun list cannot hold more than ${MOST_ENTRIES} entries`, {
      preserved: 'the list is unchanged',
    });
  }
  const json = entries.map(({ digest, tombstone }) => ({ digest, tombstone }));
  return encodeCanonical({ type: 'shun', v: 1, entries: json });
}

function decodeShunList(bytes: Uint8Array): readonly ShunnedDigest[] {
  const reader = new JsonReader(decodeCanonical(bytes, 'shun list', LARGEST_LIST), 'shun list');
  reader.version('shun', 1);
  const entries = reader.list('entries', readEntry, MOST_ENTRIES);
  reader.end();
  const rising = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || keyOf(before) < keyOf(entry);
  });
  if (!rising) throw reader.invalid('is not in order');
  return entries;
}

function readEntry(item: Json): ShunnedDigest {
  const reader = new JsonReader(item, 'shun list.entries');
  const entry = {
    digest: parseDigest(reader.string('digest')),
    tombstone: parseId('hr', reader.string('tombstone')),
  };
  reader.end();
  return entry;
}

/** Sorted, each pair once. */
function inOrder(entries: readonly ShunnedDigest[]): readonly ShunnedDigest[] {
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  return [...byKey.keys()].toSorted().flatMap((key) => byKey.get(key) ?? []);
}

/** Digests are all of one length, so that the parts cannot run into each other. */
function keyOf({ digest, tombstone }: ShunnedDigest): string {
  return `${digest} ${tombstone}`;
}
