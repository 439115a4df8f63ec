import { readFileSync } from 'node:fs';
import { guardFiles } from '#git/private-file.ts';
import type { ObjectId } from '#ports/objects.ts';

/*
 * Git's index (gitformat-index, versions 2 and 3), as far as it matters here:
 *
 *   "DIRC" <version: 4> <number of entries: 4>
 *   entry: 40 bytes of stat data, 20 of object id, 2 of flags (bit 14: two more follow; low 12: length of the
 *          name), the name, and 1 to 8 NULs that make the entry's length a multiple of 8
 *   extension: <signature: 4> <size: 4> <content>
 *   <checksum: 20>
 *
 * The content of "TREE" begins with the root: NUL, number of entries in decimal, SP, number of subtrees, LF,
 * and the root's id, which is left out, with -1 entries, where it is not known.
 */

const HEADER_BYTES = 12;
const FLAGS_AT = 60;
const FIXED_BYTES = 62;
/** Of the higher byte of an entry's flags. */
const EXTENDED = 0x40;
const NAME_LENGTH = 0xfff;
const CHECKSUM_BYTES = 20;
const EXTENSION_BYTES = 8;

/**
 * The tree that an index stands for, where git left a note of it there; undefined where it did not, or where
 * the index is not of the usual form. Says nothing about whether the tree is still stored.
 */
export function readCachedTree(indexFile: string): ObjectId | undefined {
  const index = guardFiles(indexFile, () => readFileSync(indexFile));
  const end = index.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES || index.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = index.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  let at = entriesEnd(index, end);
  while (at !== undefined && at + EXTENSION_BYTES <= end) {
    const content = at + EXTENSION_BYTES;
    const next = content + index.readUInt32BE(at + 4);
    if (next > end) return undefined;
    if (index.toString('latin1', at, at + 4) === 'TREE') return rootOf(index.subarray(content, next));
    at = next;
  }
  return undefined;
}

function entriesEnd(index: Buffer, end: number): number | undefined {
  let at = HEADER_BYTES;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    if (at + FIXED_BYTES > end) return undefined;
    // Not by the Buffer's own functions: ten thousand calls of them take longer than all the rest.
    const high = index[at + FLAGS_AT] ?? 0;
    const low = index[at + FLAGS_AT + 1] ?? 0;
    const name = at + FIXED_BYTES + ((high & EXTENDED) === 0 ? 0 : 2);
    const short = ((high & 0xf) << 8) | low;
    const nameEnd = short < NAME_LENGTH ? name + short : index.indexOf(0, name);
    if (nameEnd === -1) return undefined;
    at += (nameEnd - at + 8) & ~7;
  }
  return at <= end ? at : undefined;
}

function rootOf(content: Buffer): ObjectId | undefined {
  const head = /^\0\d+ \d+\n/.exec(content.toString('latin1', 0, 40))?.[0];
  const id = head === undefined ? undefined : content.subarray(head.length, head.length + 20);
  return id?.length === 20 ? id.toString('hex') : undefined;
}
