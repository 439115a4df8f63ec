/*
 * A delta (gitformat-pack): the sizes of base and result (seven bits a byte, least first, while the top bit is set); then
 * instructions: with the top bit, a copy out of the base, whose offset and size are those of the next bytes that the
 * other bits say are there (a size of 0 is 65,536); without it, so many bytes that follow.
 */

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** What a delta makes of its base; undefined for a damaged one, and for a result of more than `maxBytes`. */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer | undefined {
  const cursor = { bytes: delta, at: 0 };
  if (readSize(cursor) !== base.length) return undefined;
  const size = readSize(cursor);
  if (size === undefined || size > maxBytes) return undefined;
  const result = Buffer.allocUnsafe(size);
  let made = 0;
  while (cursor.at < delta.length) {
    const piece = readPiece(cursor, base);
    if (piece === undefined || piece.length > size - made) return undefined;
    made += piece.copy(result, made);
  }
  return made === size ? result : undefined;
}

function readSize(cursor: Cursor): number | undefined {
  let value = 0;
  for (let scale = 1; scale < 2 ** 35; scale *= 128) {
    const byte = cursor.bytes[cursor.at];
    cursor.at += 1;
    if (byte === undefined) return undefined;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
  return undefined;
}

/** The bytes of one instruction; never empty, so that a delta ends. */
function readPiece(cursor: Cursor, base: Buffer): Buffer | undefined {
  const code = cursor.bytes[cursor.at] ?? 0;
  cursor.at += 1;
  if (code === 0) return undefined;
  if (code < 128) {
    const piece = cursor.bytes.subarray(cursor.at, cursor.at + code);
    cursor.at += code;
    return piece.length === code ? piece : undefined;
  }
  const offset = readBytes(cursor, code & 15);
  const size = readBytes(cursor, (code >> 4) & 7) || 65_536;
  const piece = base.subarray(offset, offset + size);
  return piece.length === size ? piece : undefined;
}

/** A number of which the bytes that a mask names are there, least first. */
function readBytes(cursor: Cursor, mask: number): number {
  let value = 0;
  for (let bit = 0; bit < 4; bit += 1) {
    if (((mask >> bit) & 1) === 0) continue;
    value += (cursor.bytes[cursor.at] ?? 0) * 256 ** bit;
    cursor.at += 1;
  }
  return value;
}
