/**
 * How much of each kill sweep runs. `HEDDLE_TEST_SWEEP=all` runs every case, `3/8` each eighth from the third on, so
 * that a night of kills can be cut into passes; `HEDDLE_TEST_DEEP=1` is `all`. A few cases of each where none is set.
 */
const PASS = readPass(
  process.env['HEDDLE_TEST_SWEEP'] ?? (process.env['HEDDLE_TEST_DEEP'] === '1' ? 'all' : undefined),
);

/** Whether those sweeps run, and those cases, that a default run leaves out. */
export const WHOLE_SWEEPS = PASS !== undefined;

/** Whether a sweep has only a part of its cases, which need not show every outcome. */
export const IS_PART = PASS !== undefined && PASS.of > 1;

/** Those that this pass has; all of them where none is set. */
export function inPass<T>(all: readonly T[]): readonly T[] {
  return PASS === undefined ? all : all.filter((_, index) => index % PASS.of === PASS.part - 1);
}

/** `most` of them, evenly spaced, with first and last; all of them in whole sweeps. */
export function few<T>(all: readonly T[], most: number): readonly T[] {
  if (WHOLE_SWEEPS || all.length <= most) return all;
  const last = all.length - 1;
  // The first and the last of two: one before the commit point and one after it, wherever that is.
  const position = (index: number): number => (most === 1 ? last / 2 : (index * last) / (most - 1));
  return Array.from({ length: most }, (_, index) => all.at(Math.round(position(index)))).filter(
    (one) => one !== undefined,
  );
}

function readPass(text: string | undefined): { readonly part: number; readonly of: number } | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'all') return { part: 1, of: 1 };
  const [, part, of] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(text) ?? [];
  if (part === undefined || of === undefined || Number(part) > Number(of))
    throw new Error('HEDDLE_TEST_SWEEP is all, or a part such as 3/8');
  return { part: Number(part), of: Number(of) };
}
