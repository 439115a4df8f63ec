const PERCENT = 0x25;
const BACKSLASH = 0x5c;
/** Escapes within escapes: JSON that is a string of JSON. */
const DEEPEST = 3;

/** The same text with its escapes undone, once for each layer of them. */
export function undoEscapes(bytes: Buffer): readonly { readonly how: string; readonly bytes: Buffer }[] {
  return [
    ...layers(bytes, (text) => replaceAt(text, PERCENT, readPercent)).map((text) => ({
      how: 'percent-decoded',
      bytes: text,
    })),
    ...layers(bytes, (text) => replaceAt(text, BACKSLASH, readBackslash)).map((text) => ({
      how: 'unescaped',
      bytes: text,
    })),
  ];
}

/** What stands where somebody broke a line: blanks, quotes, marks of comments, mails and patches. */
const BETWEEN = /[\t\r\n "'`|>+*#,\\]+/g;

/** The same without anything that may stand between two lines; undefined where it is one line. */
export function joinLines(bytes: Buffer): Buffer | undefined {
  return bytes.includes(0x0a) ? squeeze(bytes) : undefined;
}

/** Takes all of it out, wherever it stands. */
export function squeeze(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(BETWEEN, ''), 'latin1');
}

function layers(bytes: Buffer, undo: (text: Buffer) => Buffer | undefined): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let text = undo(bytes); text !== undefined && found.length < DEEPEST; text = undo(text)) {
    found.push(text);
  }
  return found;
}

interface Escape {
  readonly length: number;
  readonly value: Buffer;
}

/** Undefined where there is nothing to replace. */
function replaceAt(
  text: Buffer,
  mark: number,
  read: (text: Buffer, at: number) => Escape | undefined,
): Buffer | undefined {
  const parts: Buffer[] = [];
  let kept = 0;
  let at = text.indexOf(mark);
  while (at !== -1) {
    const escape = read(text, at);
    if (escape !== undefined) {
      parts.push(text.subarray(kept, at), escape.value);
      kept = at + escape.length;
    }
    at = text.indexOf(mark, at + (escape?.length ?? 1));
  }
  return parts.length === 0 ? undefined : Buffer.concat([...parts, text.subarray(kept)]);
}

function readPercent(text: Buffer, at: number): Escape | undefined {
  const digits = text.toString('latin1', at + 1, at + 3);
  return /^[0-9a-f]{2}$/i.test(digits) ? { length: 3, value: Buffer.from(digits, 'hex') } : undefined;
}

const LETTERS: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
};

/** What JSON writes, and C, and Git in a path that it quotes. */
function readBackslash(text: Buffer, at: number): Escape | undefined {
  const next = text.toString('latin1', at + 1, at + 13);
  const unicode = /^u([0-9a-f]{4})(?:\\u(d[c-f][0-9a-f]{2}))?/i.exec(next);
  if (unicode !== null) return readUnicode(unicode);
  const octal = /^[0-3][0-7]{2}/.exec(next);
  if (octal !== null) return { length: 4, value: Buffer.from([Number.parseInt(octal[0], 8)]) };
  const hex = /^x([0-9a-f]{2})/i.exec(next);
  if (hex !== null) return { length: 4, value: Buffer.from(hex[1] ?? '', 'hex') };
  const letter = LETTERS[next.charAt(0)];
  return letter === undefined ? undefined : { length: 2, value: Buffer.from(letter) };
}

function readUnicode([, first = '', second]: RegExpExecArray): Escape {
  const unit = Number.parseInt(first, 16);
  const isPair = second !== undefined && unit >= 0xd8_00 && unit < 0xdc_00;
  const text = String.fromCharCode(unit, ...(isPair ? [Number.parseInt(second, 16)] : []));
  return { length: isPair ? 12 : 6, value: Buffer.from(text) };
}
