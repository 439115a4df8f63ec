import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { mergeCuts, type Cut } from './cuts.ts';

/** Fewer bytes stand in too many places by chance. */
export const SHORTEST_MATCH = 4;
/** Most places of one pattern in one content. */
const MOST_MATCHES = 10_000;

const LF = '\n';
const CRLF = '\r\n';

/** Bytes to look for. */
export interface Pattern {
  readonly bytes: Uint8Array;
  /** In UTF-16: where text is in Latin letters the other byte order seems to stand there too, one byte beside. */
  readonly wide: boolean;
}

/**
 * How a secret stands in files that people read: as it is, with either end of line, and each of these in UTF-16. Every
 * other form of it is another content, which is hidden as a whole.
 */
export function secretPatterns(secret: Uint8Array): readonly Pattern[] {
  const text = decodeUtf8(secret);
  if (text === undefined) return [{ bytes: secret, wide: false }];
  const unix = text.replaceAll(CRLF, LF);
  const texts = [...new Set([text, unix, unix.replaceAll(LF, CRLF)])];
  return texts.flatMap((one) => [
    { bytes: utf8(one), wide: false },
    { bytes: utf16(one, 'little'), wide: true },
    { bytes: utf16(one, 'big'), wide: true },
  ]);
}

function utf16(text: string, order: 'little' | 'big'): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 * at, text.charCodeAt(at), order === 'little');
  return bytes;
}

/**
 * Every place where one of the patterns stands, overlapping ones too; undefined where one stands in more than
 * {@link MOST_MATCHES}. Time grows with the content, whatever is in it.
 */
export function matchCuts(content: Uint8Array, patterns: readonly Pattern[]): readonly Cut[] | undefined {
  const found: Cut[] = [];
  const beside: Cut[] = [];
  for (const { bytes, wide } of patterns) {
    const matches = matchesOf(content, bytes);
    if (matches === undefined) return undefined;
    const [even, odd] = matches;
    found.push(...even);
    (wide ? beside : found).push(...odd);
  }
  const cuts = mergeCuts(found);
  return mergeCuts([...cuts, ...apartFrom(cuts, beside)]);
}

/** Those that overlap none of the others, which are in order and apart. */
function apartFrom(cuts: readonly Cut[], others: readonly Cut[]): readonly Cut[] {
  let index = 0;
  return mergeCuts(others).filter(({ start, end }) => {
    while ((cuts[index]?.end ?? Infinity) <= start) index += 1;
    return (cuts[index]?.start ?? Infinity) >= end;
  });
}

type Matches = readonly [even: readonly Cut[], odd: readonly Cut[]];

/** Matches by the parity of their beginning, those that overlap as one; undefined where there are too many. */
function matchesOf(content: Uint8Array, pattern: Uint8Array): Matches | undefined {
  const even: { start: number; end: number }[] = [];
  const odd: typeof even = [];
  for (const end of matchEnds(content, pattern)) {
    const start = end - pattern.length;
    const cuts = start % 2 === 0 ? even : odd;
    const last = cuts.at(-1);
    if (last !== undefined && start <= last.end) last.end = end;
    else if (cuts.push({ start, end }) > MOST_MATCHES) return undefined;
  }
  return [even, odd];
}

/** Knuth, Morris, Pratt: no content is slow. */
function* matchEnds(content: Uint8Array, pattern: Uint8Array): Generator<number> {
  const [first] = pattern;
  if (first === undefined) return;
  const falls = fallbacks(pattern);
  let held = 0;
  for (let at = 0; at < content.length; at += 1) {
    // Where nothing has begun, the engine finds what may begin next many times faster.
    if (held === 0) at = content.indexOf(first, at);
    if (at < 0) return;
    held = grown(pattern, { falls, held }, content[at]);
    if (held < pattern.length) continue;
    yield at + 1;
    held = falls[held - 1] ?? 0;
  }
}

/** How long a beginning of the pattern ends here, one byte later. */
function grown(
  pattern: Uint8Array,
  { falls, held }: { readonly falls: Uint32Array; readonly held: number },
  byte: number | undefined,
): number {
  let length = held;
  while (length > 0 && byte !== pattern[length]) length = falls[length - 1] ?? 0;
  return byte === pattern[length] ? length + 1 : length;
}

/** For each beginning of a pattern how long a beginning ends it. */
function fallbacks(pattern: Uint8Array): Uint32Array {
  const falls = new Uint32Array(pattern.length);
  let held = 0;
  for (let at = 1; at < pattern.length; at += 1) {
    held = grown(pattern, { falls, held }, pattern[at]);
    falls[at] = held;
  }
  return falls;
}
