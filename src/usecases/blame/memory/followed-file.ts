import type { ObjectId } from '#ports/objects.ts';
import { rawBytes, rawKey } from '#usecases/manifest/change-tree.ts';
import type { KnownCarrier } from '#usecases/states/read-state.ts';

/*
 * What is remembered of one file in one state, as text, a line each:
 *
 *   <carrier>
 *   <carrier> <parents, by commas, or -> <name>=<blob> …       each state that a line came in with
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
  readonly states: ReadonlyMap<ObjectId, KnownCarrier>;
  readonly runs: readonly FollowedRun[];
}

const REGULAR = '100644';
/** What a state's own files are called; nothing else of a carrier is read. */
const OWN_FILE = /^[a-z]+(?:\.json)?$/;
const ID_LETTERS = 40;
const NO_PARENTS = '-';

export function formatFollowed({ carrier, states, runs }: FollowedFile): string {
  const numbers = new Map([...states.keys()].map((id, index) => [id, index]));
  const stateLines = Array.from(states.values(), ({ carrier: id, gitParents, rows }) => {
    const blobs = rows.flatMap(({ mode, name, id: blob }) =>
      mode === REGULAR && OWN_FILE.test(rawKey(name)) ? [`${rawKey(name)}=${blob}`] : [],
    );
    return [id, gitParents.join() || NO_PARENTS, ...blobs].join(' ');
  });
  const runLines = runs.map(({ from, kind, origin, line, count }) =>
    [kind === 'state' ? numbers.get(from) : from, origin, line, count].join(' '),
  );
  return [carrier, ...stateLines, '', ...runLines].join('\n');
}

/** Reads what this home wrote: its seal was looked at before. */
export function parseFollowed(text: string): FollowedFile {
  const end = text.indexOf('\n\n');
  const [carrier = '', ...stateLines] = text.slice(0, end).split('\n');
  const names = new Map<string, Uint8Array>();
  const states = new Map<ObjectId, KnownCarrier>();
  for (const line of stateLines) {
    const state = parseState(line, names);
    states.set(state.carrier, state);
  }
  const byNumber = [...states.keys()];
  const runs = text
    .slice(end + 2)
    .split('\n')
    .map((run): FollowedRun => {
      const [from = '', origin, line, count] = run.split(' ');
      const state = from.length === ID_LETTERS ? undefined : byNumber[Number(from)];
      const where = { origin: Number(origin), line: Number(line), count: Number(count) };
      return state === undefined
        ? { from, kind: 'base', ...where }
        : { from: state, kind: 'state', ...where };
    });
  return { carrier, states, runs };
}

/** @param names those that were met before: each state has the same. */
function parseState(line: string, names: Map<string, Uint8Array>): KnownCarrier {
  const [carrier = '', parents = NO_PARENTS, ...blobs] = line.split(' ');
  return {
    carrier,
    gitParents: parents === NO_PARENTS ? [] : parents.split(','),
    rows: blobs.map((blob) => {
      const [key = '', id = ''] = blob.split('=');
      const name = names.get(key) ?? rawBytes(key);
      names.set(key, name);
      return { mode: REGULAR, name, id };
    }),
  };
}
