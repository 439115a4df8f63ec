import { diffLines, type LineChanges } from './line-diff.ts';
import { splitLines } from './text-lines.ts';

const CONTEXT = 3;
/** Bytes of the line that a hunk's header shows of what it is in. */
const LONGEST_TITLE = 80;

interface Change {
  readonly before: number;
  readonly removed: number;
  readonly after: number;
  readonly added: number;
}

/** The hunks of a unified diff with three lines of context; empty where nothing differs. */
export function formatHunks(before: Buffer, after: Buffer): Buffer {
  const [left, right] = [splitLines(before), splitLines(after)];
  const hunks = groupChanges(listChanges(diffLines(left, right)));
  const text: string[] = [];
  let title = '';
  let searched = -1;
  for (const hunk of hunks) {
    const [first, last] = [hunk[0], hunk.at(-1)];
    if (first === undefined || last === undefined) continue;
    const start = Math.max(first.before - CONTEXT, 0);
    title = findTitle(left, { from: start - 1, to: searched }) ?? title;
    searched = start - 1;
    const end = Math.min(last.before + last.removed + CONTEXT, left.length);
    const startAfter = first.after - (first.before - start);
    const endAfter = last.after + last.added + (end - last.before - last.removed);
    const ranges = `-${range(start, end - start)} +${range(startAfter, endAfter - startAfter)}`;
    text.push(`@@ ${ranges} @@${title === '' ? '' : ` ${title}`}\n`);
    text.push(...hunkLines(hunk, { left, right, start, end }));
  }
  return Buffer.from(text.join(''), 'latin1');
}

function range(start: number, count: number): string {
  // An empty side is named by the line before it.
  const line = count === 0 ? start : start + 1;
  return count === 1 ? String(line) : `${line},${count}`;
}

function listChanges({ removed, added }: LineChanges): readonly Change[] {
  const changes: Change[] = [];
  let [before, after] = [0, 0];
  while (before < removed.length || after < added.length) {
    const start = { before, after };
    while (removed[before] === true) before += 1;
    while (added[after] === true) after += 1;
    if (before > start.before || after > start.after) {
      changes.push({ ...start, removed: before - start.before, added: after - start.after });
    }
    before += 1;
    after += 1;
  }
  return changes;
}

/** Changes whose contexts touch are one hunk. */
function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  let end = -Infinity;
  for (const change of changes) {
    if (change.before - end <= 2 * CONTEXT) hunks.at(-1)?.push(change);
    else hunks.push([change]);
    end = change.before + change.removed;
  }
  return hunks;
}

function* hunkLines(
  hunk: readonly Change[],
  {
    left,
    right,
    start,
    end,
  }: {
    readonly left: readonly string[];
    readonly right: readonly string[];
    readonly start: number;
    readonly end: number;
  },
): Generator<string> {
  let at = start;
  for (const change of hunk) {
    yield* marked(' ', left.slice(at, change.before));
    yield* marked('-', left.slice(change.before, change.before + change.removed));
    yield* marked('+', right.slice(change.after, change.after + change.added));
    at = change.before + change.removed;
  }
  yield* marked(' ', left.slice(at, end));
}

function* marked(mark: string, lines: readonly string[]): Generator<string> {
  for (const line of lines) {
    yield line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`;
  }
}

/** The nearest line above that begins like a definition. */
function findTitle(
  lines: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): string | undefined {
  for (let at = from; at > to; at -= 1) {
    const line = lines[at] ?? '';
    if (/^[A-Za-z_$]/.test(line)) return wholeCharacters(line.slice(0, LONGEST_TITLE).trimEnd());
  }
  return undefined;
}

/** Without what is cut off, or is no UTF-8, at the end. */
function wholeCharacters(line: string): string {
  const text = new TextDecoder().decode(Buffer.from(line, 'latin1'));
  const broken = text.indexOf('\ufffd');
  return broken === -1 ? line : Buffer.from(text.slice(0, broken)).toString('latin1');
}
