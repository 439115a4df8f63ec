import { concatBytes, decodeUtf8, equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import { parseId, type TombstoneId } from '#domain/id.ts';

/*
 * Template 1, of a file of which only parts go: what is kept, byte for byte, and at each mark
 *
 *   "[redacted " ID "]"
 *
 * in ASCII; in UTF-16 where what is kept before the first mark begins with that encoding's byte order mark.
 */

const BEGINNING = '[redacted hr-';

/** What a mask is made from: whose it is, and where. */
export interface Masking {
  readonly id: TombstoneId;
  /** Offsets into what is kept, rising. */
  readonly marks: readonly number[];
}

/** Puts masks into what is kept of a content. */
export function maskKept(kept: Uint8Array, { id, marks }: Masking): Uint8Array {
  const mask = maskIn(kept, { id, marks });
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const mark of marks) {
    pieces.push(kept.subarray(from, mark), mask);
    from = mark;
  }
  return concatBytes(...pieces, kept.subarray(from));
}

/** What is kept, without the masks; undefined where they do not stand exactly at the marks. */
export function unmask(masked: Uint8Array, { id, marks }: Masking): Uint8Array | undefined {
  const mask = maskIn(masked, { id, marks });
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const [index, mark] of marks.entries()) {
    const at = mark + index * mask.length;
    if (!equalBytes(masked.subarray(at, at + mask.length), mask)) return undefined;
    pieces.push(masked.subarray(from, at));
    from = at + mask.length;
  }
  return concatBytes(...pieces, masked.subarray(from));
}

/** What stands before the first mark is the same with and without masks: both ways come to the same encoding. */
function maskIn(bytes: Uint8Array, { id, marks: [first = 0] }: Masking): Uint8Array {
  const ascii = utf8(`${BEGINNING}${id.slice('hr-'.length)}]`);
  const order = first < 2 ? undefined : byteOrder(bytes);
  if (order === undefined) return ascii;
  const wide = new Uint8Array(2 * ascii.length);
  for (const [index, byte] of ascii.entries()) wide[2 * index + (order === 'little' ? 0 : 1)] = byte;
  return wide;
}

/** Whether bytes stand in every mask: taken out, they would be back at once. */
export function standsInMasks(bytes: Uint8Array): boolean {
  const text = decodeUtf8(bytes);
  return text !== undefined && BEGINNING.includes(text);
}

const MASK = /\[redacted (hr-[0-9a-hjkmnp-tv-z]{52})\]/g;

/** Whose masks a text seems to have in it, each once: whoever writes can write one. */
export function masksIn(text: string): readonly TombstoneId[] {
  const ids = new Set([...text.matchAll(MASK)].map(([, id = '']) => id));
  return [...ids].map((id) => parseId('hr', id));
}

/** How a text in UTF-16 begins; undefined of everything else. */
export function byteOrder(bytes: Uint8Array): 'little' | 'big' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'little';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'big' : undefined;
}
