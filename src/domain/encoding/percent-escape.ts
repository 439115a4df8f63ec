import { decodeUtf8, utf8 } from './bytes.ts';

// Controls (C0, DEL, C1), separators of lines, what separates the parts of a resource, and the escape itself.
// eslint-disable-next-line no-control-regex -- they are what is escaped
const SPECIAL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029@:%]/gu;

/** Visible ASCII without what is escaped: by far the most names. */
const PLAIN = /^[ -$&-9;-?A-~]*$/;

const SLASH = 0x2f;

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function escapeText(text: string): string {
  return text.replace(SPECIAL, (letter) => escapeBytes(utf8(letter)));
}

/** Length of the well-formed UTF-8 sequence at `offset`, or 0 where there is none. */
function sequenceLength(bytes: Uint8Array, offset: number): number {
  const lead = bytes[offset] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  const sequence = bytes.subarray(offset, offset + length);
  return sequence.length === length && decodeUtf8(sequence) !== undefined ? length : 0;
}

/**
 * Escapes raw path bytes by the one reversible rule of resources, manifests and output: `@`, `:`, `%`, controls,
 * separators of lines and every byte that is not part of well-formed UTF-8 become `%XX`; `/` stays. Judges
 * nothing: see `repository-path.ts`.
 */
export function escapePath(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  if (whole !== undefined) return escapeText(whole);
  let escaped = '';
  for (let offset = 0; offset < bytes.length;) {
    const length = sequenceLength(bytes, offset);
    const sequence = bytes.subarray(offset, offset + Math.max(length, 1));
    const letter = length === 0 ? undefined : decodeUtf8(sequence);
    escaped += letter === undefined ? escapeBytes(sequence) : escapeText(letter);
    offset += sequence.length;
  }
  return escaped;
}

/** The bytes that {@link escapePath} gave this text for; undefined for text that it never gives. */
export function unescapePath(text: string): Uint8Array | undefined {
  const encoded = utf8(text);
  if (PLAIN.test(text)) return encoded;
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  for (let offset = 0; offset < encoded.length; length += 1) {
    const escaped = encoded[offset] === 0x25;
    const byte = escaped ? hexByte(encoded, offset + 1) : encoded[offset];
    if (byte === undefined) return undefined;
    bytes[length] = byte;
    offset += escaped ? 3 : 1;
  }
  const raw = bytes.slice(0, length);
  // Other spellings of the same bytes (an escaped plain letter) would be a second name for one thing.
  return escapePath(raw) === text ? raw : undefined;
}

function hexByte(bytes: Uint8Array, offset: number): number | undefined {
  const digits = String.fromCharCode(bytes[offset] ?? 0, bytes[offset + 1] ?? 0);
  return /^[0-9A-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** Escapes one segment: as {@link escapePath}, and a `/` inside it becomes `%2F`. */
export function escapeSegment(bytes: Uint8Array): string {
  return escapePath(bytes).replaceAll('/', '%2F');
}

/** The bytes behind an escaped segment; undefined for text that {@link escapeSegment} never gives. */
export function unescapeSegment(text: string): Uint8Array | undefined {
  if (text.includes('/')) return undefined;
  if (PLAIN.test(text)) return utf8(text);
  const raw = unescapePath(text.replaceAll('%2F', String.fromCharCode(SLASH)));
  return raw !== undefined && escapeSegment(raw) === text ? raw : undefined;
}
