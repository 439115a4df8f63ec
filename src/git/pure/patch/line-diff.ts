import { diffArrays } from 'diff';
import { slideChanges } from './slide-changes.ts';

/** Edits after which nobody looks for a shorter way: what lies between then counts as rewritten. */
const MOST_EDITS = 4000;

/** Which lines go and which come: the others are the same, in the same order. */
export interface LineChanges {
  readonly removed: readonly boolean[];
  readonly added: readonly boolean[];
}

/** Finds a smallest set of changed lines, and moves blocks that could stand in several places where Git has them. */
export function diffLines(before: readonly string[], after: readonly string[]): LineChanges {
  const removed = before.map(() => true);
  const added = after.map(() => true);
  for (const [left, right] of matchLines(before, after)) {
    removed[left] = false;
    added[right] = false;
  }
  slideChanges({ lines: before, changed: removed }, added);
  slideChanges({ lines: after, changed: added }, removed);
  return { removed, added };
}

function* matchLines(
  before: readonly string[],
  after: readonly string[],
): Generator<readonly [number, number]> {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    yield [start, start];
    start += 1;
  }
  let [endLeft, endRight] = [before.length, after.length];
  while (endLeft > start && endRight > start && before[endLeft - 1] === after[endRight - 1]) {
    endLeft -= 1;
    endRight -= 1;
    yield [endLeft, endRight];
  }
  // Lines that the other side does not have match nothing: without them, most edits are short.
  const [here, there] = [new Set(before.slice(start, endLeft)), new Set(after.slice(start, endRight))];
  const left = positions({ lines: before, from: start, to: endLeft }, there);
  const right = positions({ lines: after, from: start, to: endRight }, here);
  const parts = diffArrays(
    left.map((at) => before[at]),
    right.map((at) => after[at]),
    { maxEditLength: MOST_EDITS },
  );
  let [a, b] = [0, 0];
  // Undefined where it gave up; the type does not say so.
  for (const { added, removed, count } of parts ?? []) {
    if (removed) a += count;
    else if (added) b += count;
    else for (let end = a + count; a < end; a += 1, b += 1) yield [left[a] ?? 0, right[b] ?? 0];
  }
}

function positions(
  { lines, from, to }: { readonly lines: readonly string[]; readonly from: number; readonly to: number },
  known: ReadonlySet<string>,
): readonly number[] {
  const found: number[] = [];
  for (let at = from; at < to; at += 1) if (known.has(lines[at] ?? '')) found.push(at);
  return found;
}
