/*
 * A delta (gitformat-pack): size of the base, size of the result (seven bits a byte, lowest first), then commands:
 *   1xxxxxxx  copy from the base: bits 0–3 say which bytes of the offset follow, 4–6 which of the size (0: 65536)
 *   0xxxxxxx  that many bytes follow, to be taken as they are
 */

const LARGEST = 256 * 1024 * 1024;

/** Applies a delta to its base; undefined where it does not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer | undefined {
  const first = readSize(delta, 0);
  const second = readSize(delta, first.end);
  if (first.value !== base.length || second.value > LARGEST) return undefined;
  const pieces: Buffer[] = [];
  for (let at = second.end; at < delta.length;) {
    const command = delta[at] ?? 0;
    if (command === 0) return undefined;
    if ((command & 128) === 0) {
      pieces.push(delta.subarray(at + 1, at + 1 + command));
      at += 1 + command;
      continue;
    }
    const copy = readCopy(delta, at);
    pieces.push(base.subarray(copy.offset, copy.offset + copy.size));
    at = copy.end;
  }
  const result = Buffer.concat(pieces);
  return result.length === second.value ? result : undefined;
}

function readSize(delta: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < delta.length && at < from + 8; at += 1, scale *= 128) {
    const byte = delta[at] ?? 0;
    value += (byte & 127) * scale;
    if ((byte & 128) === 0) return { value, end: at + 1 };
  }
  return { value, end: delta.length };
}

function readCopy(
  delta: Buffer,
  at: number,
): { readonly offset: number; readonly size: number; readonly end: number } {
  const command = delta[at] ?? 0;
  let end = at + 1;
  const take = (bits: readonly number[]): number => {
    let value = 0;
    for (const [index, bit] of bits.entries()) {
      if ((command & (1 << bit)) === 0) continue;
      value += (delta[end] ?? 0) * 256 ** index;
      end += 1;
    }
    return value;
  };
  const offset = take([0, 1, 2, 3]);
  const size = take([4, 5, 6]);
  return { offset, size: size === 0 ? 65_536 : size, end };
}
