import type { FileEdit, LineRange, LineTracer } from '#ports/line-origins.ts';
import { LineSheet } from './line-sheet.ts';
import type { Version } from './straight-history.ts';

/** Where lines came in that nothing was looked for elsewhere of. */
export interface WayBack {
  readonly sheet: LineSheet;
  /** The version with which the file came, where the way goes so far. */
  readonly made: number | null;
}

interface Walk {
  /** The last version first; undefined until it is known what is in it. */
  sheet: LineSheet | undefined;
  made: number | null;
  isLost: boolean;
}

/**
 * Follows lines of the last version back as far as any are open; undefined where the file has no such lines, and where
 * the diffs do not tell.
 *
 * @param seen hears of each version as soon as lines are known to have come in there.
 */
export async function goBack(
  tracer: Pick<LineTracer, 'edits'>,
  { versions, path, ranges }: BackQuestion,
  seen: (version: Version) => void,
): Promise<WayBack | undefined> {
  const head = versions.at(-1)?.step.after;
  if (head === undefined) return undefined;
  const steps = [...versions.entries()]
    .toReversed()
    .filter(([index, { step }]) => index > 0 && step.before !== step.after);
  const walk: Walk = { sheet: undefined, made: null, isLost: false };
  const left = steps.values();
  const take = (edit: FileEdit): boolean => {
    if (walk.sheet === undefined) return begin(walk, edit, ranges);
    const [index = 0, version] = left.next().value ?? [];
    const came = walk.sheet.goBack(index, edit);
    if (came && version !== undefined) seen(version);
    return goesOn(walk, index, edit);
  };
  const asked = [{ before: null, after: head }, ...steps.map(([, { step }]) => step)];
  const isTold = await tracer.edits(asked, path, take);
  const { sheet, made } = walk;
  if (!isTold || walk.isLost || sheet === undefined) return undefined;
  const [first] = versions;
  if (sheet.end(0) && first !== undefined) seen(first);
  return { sheet, made };
}

export interface BackQuestion {
  /** Oldest first. */
  readonly versions: readonly Version[];
  readonly path: Uint8Array;
  readonly ranges: readonly LineRange[];
}

/** The last version, as if there had been nothing before. */
function begin(walk: Walk, { hunks }: FileEdit, ranges: readonly LineRange[]): boolean {
  const texts = hunks.flatMap(({ came }) => came);
  walk.isLost = (ranges.at(-1)?.last ?? 0) > texts.length;
  if (!walk.isLost) walk.sheet = new LineSheet(texts, ranges);
  return !walk.isLost;
}

function goesOn(walk: Walk, index: number, { kind }: FileEdit): boolean {
  const isOpen = walk.sheet?.isOpen === true;
  if (kind === 'made') walk.made = index;
  // A file has no lines from before it was there.
  walk.isLost = kind === 'gone' || (kind === 'made' && isOpen);
  return isOpen && !walk.isLost;
}
