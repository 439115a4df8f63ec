import { compareBytes, equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';

/*
 * ustar (POSIX.1-1988), of plain files alone, in order of their names:
 *
 *   header of 512 bytes, content, zeros up to 512; at the end 1,024 zeros
 *   header  name 100 · mode 0000644 · uid, gid 0 · size, 11 octal digits · mtime 0 · sum · type 0 · no link ·
 *           "ustar" NUL "00" · no owner, no group · devices 0 · no prefix
 *
 * One set of files has one encoding, and nothing else is read.
 */

/** Files by name. */
export type TarFiles = ReadonlyMap<string, Uint8Array>;

const BLOCK = 512;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;
const SIZE_AT = 124;
const SUM_AT = 148;
const LARGEST_FILE = 0o77777777777;

/** Encodes files whose names are plain and at most 100 letters: the same files are the same bytes. */
export function encodeTar(files: TarFiles): Uint8Array {
  const sizes = [...files.values()].map(({ length }) => BLOCK + length + padding(length));
  const tar = new Uint8Array(sizes.reduce((sum, size) => sum + size, 2 * BLOCK));
  let at = 0;
  for (const [name, content] of [...files].toSorted(([a], [b]) => byName(a, b))) {
    if (!NAME.test(name) || content.length > LARGEST_FILE) throw invalid(`cannot hold ${name.slice(0, 120)}`);
    tar.set(header(name, content.length), at);
    tar.set(content, at + BLOCK);
    at += BLOCK + content.length + padding(content.length);
  }
  return tar;
}

/** Decodes strictly what {@link encodeTar} encodes, and nothing else; throws `FORMAT_INVALID`. */
export function decodeTar(bytes: Uint8Array): TarFiles {
  const isEmpty = bytes.length === 2 * BLOCK;
  if (!isEmpty && textOf(bytes.subarray(257, 262)) !== 'ustar') throw noEvidence();
  const files = new Map<string, Uint8Array>();
  let [at, before] = [0, ''];
  while (bytes.length - at > 2 * BLOCK) {
    const found = bytes.subarray(at, at + BLOCK);
    const [name, size] = [textOf(found.subarray(0, 100)), sizeOf(found)];
    if (!NAME.test(name) || !equalBytes(found, header(name, size)))
      throw invalid('has a header that is none');
    if (byName(before, name) >= 0) throw invalid('has files that are not in order');
    const end = at + BLOCK + size;
    if (end + padding(size) > bytes.length) throw invalid('is cut off');
    files.set(name, bytes.subarray(at + BLOCK, end));
    requireZeros(bytes.subarray(end, end + padding(size)));
    [at, before] = [end + padding(size), name];
  }
  if (bytes.length - at !== 2 * BLOCK) throw invalid('is cut off');
  requireZeros(bytes.subarray(at));
  return files;
}

function noEvidence(): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'the file is no evidence', {
    facts: { advice: 'make one with `heddle evidence export THREAD --out FILE`' },
  });
}

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(utf8(name), 0);
  block.set(utf8('0000644\x000000000\x000000000\x00'), 100);
  block.set(utf8(`${size.toString(8).padStart(11, '0')}\x00${'0'.repeat(11)}\x00`), SIZE_AT);
  block.set(utf8('        0'), SUM_AT);
  block.set(utf8('ustar\x0000'), 257);
  block.set(utf8('0000000\x000000000\x00'), 329);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(utf8(`${sum.toString(8).padStart(6, '0')}\x00 `), SUM_AT);
  return block;
}

function sizeOf(found: Uint8Array): number {
  const digits = textOf(found.subarray(SIZE_AT, SIZE_AT + 12));
  return /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : 0;
}

/** Up to the first zero; what is no plain letter makes it no name. */
function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return String.fromCharCode(...field.subarray(0, end < 0 ? field.length : end));
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function requireZeros(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) throw invalid('has something between its files');
}

function byName(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b));
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the tar of an evidence ${why}`, {
    facts: { record: 'evidence' },
  });
}
