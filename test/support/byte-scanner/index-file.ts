import { HASH_BYTES, trailerHash } from './object-id.ts';
import { readBackOffset } from './pack-entries.ts';

const HEADER = 12;
/** Times, device, inode, mode, owner, size. */
const STAT = 40;

/** A part of an index: an entry with its path whole and its id in binary, or an extension as it stands. */
export interface IndexPart {
  readonly kind: 'entry' | 'extension';
  /** The path, or the extension's four letters. */
  readonly name: string;
  readonly bytes: Buffer;
}

export function isGitIndex(bytes: Buffer): boolean {
  return bytes.length >= HEADER && bytes.toString('latin1', 0, 4) === 'DIRC';
}

/** Reads an index of version 2, 3 or 4 (gitformat-index); throws where it is damaged. */
export function readGitIndex(bytes: Buffer): readonly IndexPart[] {
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) throw new Error(`an index of version ${version}`);
  const width = HASH_BYTES[trailerHash(bytes)];
  const parts: IndexPart[] = [];
  let at = HEADER;
  let path = Buffer.alloc(0);
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + STAT + width;
    const isExtended = version >= 3 && (bytes.readUInt16BE(flagsAt) & 0x40_00) !== 0;
    const nameAt = flagsAt + (isExtended ? 4 : 2);
    // Version 4 says how many bytes of the path before to drop.
    const drop = version === 4 ? readBackOffset(bytes, nameAt) : { value: path.length, next: nameAt };
    const end = bytes.indexOf(0, drop.next);
    path = Buffer.concat([path.subarray(0, path.length - drop.value), bytes.subarray(drop.next, end)]);
    const id = bytes.subarray(at + STAT, flagsAt);
    parts.push({ kind: 'entry', name: path.toString('latin1'), bytes: Buffer.concat([id, path]) });
    // Before version 4 an entry is filled up with one to eight NULs to a multiple of eight.
    at = version === 4 ? end + 1 : at + Math.floor((end - at + 8) / 8) * 8;
  }
  while (at + 8 <= bytes.length - width) {
    const size = bytes.readUInt32BE(at + 4);
    parts.push({
      kind: 'extension',
      name: bytes.toString('latin1', at, at + 4),
      bytes: bytes.subarray(at + 8, at + 8 + size),
    });
    at += 8 + size;
  }
  return parts;
}
