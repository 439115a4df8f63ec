import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';

/*
 * What git gives `pre-receive` and `post-receive` on standard input: lines `<old id> SP <new id> SP <ref> LF`, an id of
 * zeros for a ref that is not there. See githooks(5).
 */

/** Refs that one push may move. */
export const MOST_UPDATES = 10_000;
/** Bytes that the list of them may have. */
export const LARGEST_UPDATES = 4 * 1024 * 1024;

const LINE = /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/[^\s]{1,1000})$/;
const NOTHING = '0'.repeat(40);

/** Reads the moves of a push; each ref stands there once. Throws `FORMAT_INVALID`. */
export function parseRefUpdates(text: string): readonly RefChange[] {
  const updates = parseRefMoves(text);
  if (new Set(updates.map(({ name }) => name)).size < updates.length) throw invalid('moves a ref twice');
  return updates;
}

/** The same of several pushes together. */
export function parseRefMoves(text: string): readonly RefChange[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length > MOST_UPDATES) throw invalid('is cut off, or moves too many refs');
  return lines.map((line) => {
    const [, old, next, name] = LINE.exec(line) ?? [];
    if (old === undefined || next === undefined || name === undefined)
      throw invalid('has a line of another form');
    return { name, old: old === NOTHING ? null : old, new: next === NOTHING ? null : next };
  });
}

/** Writes them as git does. */
export function formatRefMoves(moves: readonly RefChange[]): string {
  return moves.map(({ name, old, new: next }) => `${old ?? NOTHING} ${next ?? NOTHING} ${name}\n`).join('');
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the list of what a push moves ${why}`, {
    preserved: 'nothing was accepted',
  });
}
