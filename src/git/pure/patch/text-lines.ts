const NEWLINE = 0x0a;
/** Git looks for a NUL so far to tell binary files. */
const LOOKED_AT = 8000;

/** Splits a text into lines, each with its newline; the last may have none. As latin1: one character a byte. */
export function splitLines(content: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf(NEWLINE, start);
    const end = newline === -1 ? content.length : newline + 1;
    lines.push(content.toString('latin1', start, end));
    start = end;
  }
  return lines;
}

/** What Git takes for no text. Attributes are not asked. */
export function isBinary(content: Uint8Array): boolean {
  return content.subarray(0, LOOKED_AT).includes(0);
}
