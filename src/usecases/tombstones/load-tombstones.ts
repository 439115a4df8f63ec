import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { SHORTEST_PREFIX, shortId, type TombstoneId } from '#domain/id.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { examineTombstones } from './set/examine-tombstones.ts';

/** The tombstone set of this clone: signatures and token chains hold. */
export interface LoadedTombstones extends TombstoneSet {
  /** Null where there is no tombstone. */
  readonly head: ObjectId | null;
  /** Git entries of each tombstone's directory. */
  readonly trees: ReadonlyMap<TombstoneId, readonly TreeEntry[]>;
}

/**
 * Loads the tombstone set and verifies ids, texts, signatures and token chains. Throws `TOMBSTONE_INVALID`, naming
 * the first tombstone that is damaged and how. Whether each record was allowed is for `verify` (and for
 * `purgeProblem`, before anything is destroyed).
 */
export async function loadTombstones(workspace: Workspace, view: AuthorityView): Promise<LoadedTombstones> {
  const { problems, ...loaded } = await examineTombstones(workspace, view);
  const [problem] = problems;
  if (problem === undefined) return loaded;
  throw new HeddleError(
    'TOMBSTONE_INVALID',
    `the tombstone ${problem.subject} cannot be used: ${problem.why}`,
    {
      facts: { tombstone: problem.subject, why: problem.why },
      preserved: 'nothing was changed',
    },
  );
}

/**
 * The same for readers: what of the set holds, whatever is wrong with the rest. One record that somebody planted must
 * not keep everybody from reading; what it says counts for nothing, and `verify` tells it.
 */
export async function readTombstones(workspace: Workspace, view: AuthorityView): Promise<LoadedTombstones> {
  const { problems: _told, ...loaded } = await examineTombstones(workspace, view);
  return loaded;
}

/**
 * Finds a tombstone by its full id or an unambiguous beginning, with or without `hr-`. Throws `NOT_FOUND`,
 * `AMBIGUOUS`.
 */
export function findTombstone({ records }: Pick<TombstoneSet, 'records'>, name: string): TombstoneRecord {
  const shown = name.slice(0, 80);
  const beginning = name.startsWith('hr-') ? name : `hr-${name}`;
  // A slip of the finger must not name what is going to be destroyed.
  if (beginning.length < 'hr-'.length + SHORTEST_PREFIX) {
    throw refused('AMBIGUOUS', `${shown} is too short for the id of a tombstone`, { tombstone: shown });
  }
  const matches = [...records.values()].filter(({ id }) => id.startsWith(beginning));
  const [match] = matches;
  if (match === undefined)
    throw refused('NOT_FOUND', `no tombstone is called ${shown}`, { tombstone: shown });
  if (matches.length === 1) return match;
  throw refused('AMBIGUOUS', `${shown} is the beginning of ${matches.length} tombstones`, {
    tombstone: shown,
    tombstones: matches.map(({ id }) => shortId(id, 16)),
  });
}

function refused(
  code: 'NOT_FOUND' | 'AMBIGUOUS',
  message: string,
  facts: Readonly<Record<string, string | readonly string[]>>,
): HeddleError {
  return new HeddleError(code, message, { facts, preserved: 'nothing was changed' });
}
