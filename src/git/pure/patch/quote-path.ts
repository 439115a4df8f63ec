const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** A path as Git writes it in a patch (`core.quotePath=false`): quoted only where a character would mislead. */
export function quotePath(path: Uint8Array, prefix = ''): Buffer {
  const needsQuotes = path.some((byte) => byte < 0x20 || byte === 0x7f || byte === 0x22 || byte === 0x5c);
  if (!needsQuotes) return Buffer.concat([Buffer.from(prefix), path]);
  const quoted = Array.from(path, (byte) => {
    const plain = byte >= 0x20 && byte !== 0x7f;
    return Buffer.from(ESCAPES[byte] ?? (plain ? [byte] : `\\${byte.toString(8).padStart(3, '0')}`));
  });
  return Buffer.concat([Buffer.from(`"${prefix}`), ...quoted, Buffer.from('"')]);
}
