/*
 * One member of the object that a JSON text is, changed in the text: every other byte stays as somebody wrote it. The
 * text is known to be JSON, and an object.
 */

/** Where a member stands: from its name to behind its value. */
interface Span {
  readonly name: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

const STRING = /"(?:[^"\\]|\\.)*"/sy;
const SPACE = /\s*/y;
const WORD = /[^\s,\]}]+/y;

/** The text with a value for a member; a new one goes behind the others. Where there are two, the last one counts. */
export function withMember(text: string, name: string, value: string): string {
  const members = membersOf(text);
  const known = members.findLast((member) => member.name === name);
  if (known !== undefined) return text.slice(0, known.value) + value + text.slice(known.end);
  const [first, last] = [members[0], members.at(-1)];
  if (first === undefined || last === undefined) return emptyWith(text, name, value);
  const before = text.slice(skip(text, '{') + 1, first.start);
  const colon = text.slice(first.start, first.value).endsWith(' ') ? ': ' : ':';
  return `${text.slice(0, last.end)},${before}${JSON.stringify(name)}${colon}${value}${text.slice(last.end)}`;
}

/** The text without a member, as it was before {@link withMember}; null where no other is left. */
export function withoutMember(text: string, name: string): string | null {
  const members = membersOf(text);
  const index = members.findLastIndex((member) => member.name === name);
  const [member, previous, next] = [members[index], members[index - 1], members[index + 1]];
  if (member === undefined) return text;
  if (previous !== undefined) return text.slice(0, previous.end) + text.slice(member.end);
  return next === undefined ? null : text.slice(0, member.start) + text.slice(next.start);
}

function emptyWith(text: string, name: string, value: string): string {
  const open = skip(text, '{');
  const close = text.indexOf('}', open);
  const inner = value.includes('\n')
    ? `\n${indentOf(value)}${JSON.stringify(name)}: ${value}\n`
    : `${JSON.stringify(name)}:${value}`;
  return text.slice(0, open + 1) + inner + text.slice(close);
}

/** What the last line of a value stands in by. */
function indentOf(value: string): string {
  return /\n([ \t]*)\S*$/.exec(value)?.[1] ?? '';
}

function membersOf(text: string): readonly Span[] {
  const members: Span[] = [];
  let at = afterSpace(text, skip(text, '{') + 1);
  while (text[at] === '"') {
    const start = at;
    const behindName = behind(STRING, text, at);
    const value = afterSpace(text, afterSpace(text, behindName) + 1);
    const end = behindValue(text, value);
    members.push({ name: JSON.parse(text.slice(start, behindName)) as string, start, value, end });
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return members;
}

function behindValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length;) {
    const sign = text[at] ?? '';
    if (sign === '"') at = behind(STRING, text, at);
    else if ('{['.includes(sign)) [depth, at] = [depth + 1, at + 1];
    else if ('}]'.includes(sign)) [depth, at] = [depth - 1, at + 1];
    else at = ',:'.includes(sign) ? at + 1 : behind(WORD, text, at);
    if (depth === 0) return at;
    at = afterSpace(text, at);
  }
  return text.length;
}

function skip(text: string, sign: string): number {
  return text.indexOf(sign);
}

function afterSpace(text: string, at: number): number {
  return behind(SPACE, text, at);
}

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 1);
}
