import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { SHORTEST_PREFIX, shortId } from '#domain/id.ts';
import { isUnbelieved, standsFor, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowLateRecords } from './late/late-records.ts';
import type { LateRecords } from './late/suspect.ts';
import { withoutLate } from './late/without-late.ts';
import { brokenSet } from './set/broken-set.ts';
import {
  examineTombstones,
  type ExaminedTombstones,
  type TombstoneProblem,
} from './set/examine-tombstones.ts';

/**
 * The tombstone set of this clone: what of it holds, by signatures and token chains, and what is wrong with the rest.
 * One record that somebody planted must not keep everybody from working; what it says counts for nothing, it stays
 * where it is, and `tombstone list`, `verify` and `doctor` tell it.
 */
export type LoadedTombstones = Omit<ExaminedTombstones, 'broken'> & {
  /** Ids of the tombstones and purges that count for nothing: their authors may not say what they say. */
  readonly unbelieved: ReadonlySet<string>;
} & LateRecords;

/**
 * Loads the tombstone set for who adds to it. Throws `TOMBSTONE_INVALID`, with the way out, where the ref leads to no
 * set: what is written then would take the place of records that nobody could look at. Whether each record was allowed
 * is for `verify` (and for `removalProblem`, before anything is destroyed).
 */
export async function loadTombstones(workspace: Workspace, view: AuthorityView): Promise<LoadedTombstones> {
  const { broken, ...loaded } = await examineJudged(workspace, view);
  if (broken !== null) throw await brokenSet(workspace, broken);
  return loaded;
}

/** The same for readers: nothing holds of what is no set. */
export async function readTombstones(workspace: Workspace, view: AuthorityView): Promise<LoadedTombstones> {
  const { broken: _told, ...loaded } = await examineJudged(workspace, view);
  return loaded;
}

/** Its parts are loaded late: few sets hold one that stands for another. */
async function examineJudged(
  workspace: Workspace,
  view: AuthorityView,
): Promise<LoadedTombstones & Pick<ExaminedTombstones, 'broken'>> {
  const whole = await examineTombstones(workspace, view);
  const examined = await withoutLate(workspace, view, whole, knowLateRecords);
  const records = [...examined.records.values()].filter((one) => !isUnbelieved(one));
  const successors = records.filter((one) => records.some(({ id }) => standsFor(one, id)));
  if (successors.length === 0) return { ...examined, unbelieved: new Set(examined.late.keys()) };
  const { judgeSuccessors } = await import('./judge-successors.ts');
  return judgeSuccessors(workspace, view, { examined, successors });
}

/**
 * Finds a tombstone by its full id or an unambiguous beginning, with or without `hr-`. Throws `NOT_FOUND`,
 * `AMBIGUOUS`, and `TOMBSTONE_INVALID` for one that is damaged.
 */
export function findTombstone(
  { records, problems = [] }: Pick<LoadedTombstones, 'records'> & Partial<LoadedTombstones>,
  name: string,
): TombstoneRecord {
  const shown = name.slice(0, 80);
  const beginning = name.startsWith('hr-') ? name : `hr-${name}`;
  // A slip of the finger must not name what is going to be destroyed.
  if (beginning.length < 'hr-'.length + SHORTEST_PREFIX) {
    throw refused('AMBIGUOUS', `${shown} is too short for the id of a tombstone`, {
      tombstone: shown,
      advice: 'see what there is with `heddle tombstone list`',
    });
  }
  const matches = [...records.values()].filter(({ id }) => id.startsWith(beginning));
  const [match] = matches;
  const damaged = problems.find(
    ({ subject }) => subject.startsWith(beginning) && !matches.some(({ id }) => id === subject),
  );
  if (match === undefined && damaged !== undefined) throw invalid(damaged);
  if (match === undefined)
    throw refused('NOT_FOUND', `no tombstone is called ${shown}`, { tombstone: shown });
  if (matches.length === 1) return match;
  throw refused('AMBIGUOUS', `${shown} is the beginning of ${matches.length} tombstones`, {
    tombstone: shown,
    tombstones: matches.map(({ id }) => shortId(id, 16)),
  });
}

function invalid({ subject, why }: TombstoneProblem): HeddleError {
  return new HeddleError('TOMBSTONE_INVALID', `the tombstone ${subject} cannot be used: ${why}`, {
    facts: { tombstone: subject, why },
    preserved: 'nothing was changed',
  });
}

function refused(
  code: 'NOT_FOUND' | 'AMBIGUOUS',
  message: string,
  facts: Readonly<Record<string, string | readonly string[]>>,
): HeddleError {
  return new HeddleError(code, message, { facts, preserved: 'nothing was changed' });
}
