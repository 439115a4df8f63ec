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
  const start = countShared(before.length, after.length, (at) => before[at] === after[at]);
  const behind = countShared(
    before.length - start,
    after.length - start,
    (at) => before.at(-1 - at) === after.at(-1 - at),
  );
  const [endLeft, endRight] = [before.length - behind, after.length - behind];
  for (let at = 0; at < start; at += 1) yield [at, at];
  for (let at = 0; at < behind; at += 1) yield [endLeft + at, endRight + at];
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
    else {
      for (let at = 0; at < count; at += 1) yield [left[a + at] ?? 0, right[b + at] ?? 0];
      a += count;
      b += count;
    }
  }
}

function countShared(a: number, b: number, same: (at: number) => boolean): number {
  let count = 0;
  while (count < a && count < b && same(count)) count += 1;
  return count;
}

function positions(
  { lines, from, to }: { readonly lines: readonly string[]; readonly from: number; readonly to: number },
  known: ReadonlySet<string>,
): readonly number[] {
  const found: number[] = [];
  for (let at = from; at < to; at += 1) if (known.has(lines[at] ?? '')) found.push(at);
  return found;
}
