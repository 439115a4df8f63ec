import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { decodeUtf8, formatHex } from '#domain/encoding/bytes.ts';
import { domainTag, type HashKind } from '#domain/hash.ts';
import { hasher } from './fixed-world.ts';

/** One example of the page, as Markdown lines. */
export type Example = readonly string[];

/** A fenced block of one or more lines, byte for byte. */
export function fenced(language: string, lines: readonly string[]): Example {
  return ['', `\`\`\`${language}`, ...lines, '```', ''];
}

/** Bytes that are text, with their name and number. */
export function textBytes(name: string, bytes: Uint8Array): Example {
  const text = decodeUtf8(bytes);
  if (text === undefined || text.includes('\n')) throw new Error('invariant: an example is one line of text');
  return [`${name}, ${bytes.length} bytes:`, ...fenced('json', [text])];
}

/** Bytes in hexadecimal, 56 to a line. */
export function hexBytes(name: string, bytes: Uint8Array): Example {
  const lines = formatHex(bytes).match(/.{1,112}/g) ?? [];
  return [`${name}, ${bytes.length} bytes, in hexadecimal:`, ...fenced('hex', lines)];
}

/** Rows of a table without a head. */
export function table(rows: readonly (readonly [string, string])[]): Example {
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | \`${value}\` |`), ''];
}

/** The row of a hash. */
export function hashRow(kind: HashKind, hash: Uint8Array): readonly [string, string] {
  return [`hash of kind "${kind}"`, formatHex(hash)];
}

/** The hash of a kind, as it goes into an id. */
export function hashOf(kind: HashKind, bytes: Uint8Array): Uint8Array {
  return hasher.hash(kind, bytes);
}

/** The row of a signature over a hash. */
export function signatureRow(kind: HashKind, signature: Uint8Array | string): readonly [string, string] {
  const tag = domainTag(kind).replace('\0', '');
  const text = typeof signature === 'string' ? signature : formatBase64Url(signature);
  return [`signature over \`"${tag}" ‖ 0x00 ‖ hash\``, text];
}
