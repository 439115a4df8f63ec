import type { ObjectId } from '#ports/objects.ts';

/*
 * What is remembered of one file in one state, as text, a line each:
 *
 *   <carrier>
 *   <carrier>                             each state that a line came in with
 *   LF
 *   <state's number, or commit> <origin> <line> <count>        each run of lines; a commit where the thread began from it
 *
 * No path and no content is in it: a removal has nothing to look for here.
 */

/** Neighbouring lines that came in together. */
export interface FollowedRun {
  /** Where they came in: a state's carrier, or a commit that the thread began from. */
  readonly from: ObjectId;
  readonly kind: 'state' | 'base';
  /** The first line there, and in the file. */
  readonly origin: number;
  readonly line: number;
  readonly count: number;
}

/** Where lines of a file in a state came in, as far as the thread goes. All of it follows from the carrier alone. */
export interface FollowedFile {
  readonly carrier: ObjectId;
  readonly runs: readonly FollowedRun[];
}

const ID_LETTERS = 40;

export function formatFollowed({ carrier, runs }: FollowedFile): string {
  const numbers = new Map<ObjectId, number>();
  for (const { kind, from } of runs) {
    if (kind === 'state' && !numbers.has(from)) numbers.set(from, numbers.size);
  }
  const runLines = runs.map(({ from, kind, origin, line, count }) =>
    [kind === 'state' ? numbers.get(from) : from, origin, line, count].join(' '),
  );
  return [carrier, ...numbers.keys(), '', ...runLines].join('\n');
}

/** Reads what this home wrote: its seal was looked at before. */
export function parseFollowed(text: string): FollowedFile {
  const end = text.indexOf('\n\n');
  const [carrier = '', ...states] = text.slice(0, end).split('\n');
  const runs = text
    .slice(end + 2)
    .split('\n')
    .map((run): FollowedRun => {
      const [from = '', origin, line, count] = run.split(' ');
      const state = from.length === ID_LETTERS ? undefined : states[Number(from)];
      const where = { origin: Number(origin), line: Number(line), count: Number(count) };
      return state === undefined
        ? { from, kind: 'base', ...where }
        : { from: state, kind: 'state', ...where };
    });
  return { carrier, runs };
}
