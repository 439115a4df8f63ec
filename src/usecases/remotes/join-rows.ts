import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { encodeSetCommit, type SetName } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY, invalidSet } from '#usecases/signed-sets/set-files.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { formatInstant } from '#domain/time.ts';

/** Bounds what is believed before it was checked. */
const MOST_ROWS = 20_000;
const DEEPEST = 3;

/**
 * The union of two sets, row by row, down to the files of a record; where both have a file of one name, the first
 * one's stays, unless the other stands for one that a tombstone took away. Records are not judged here: who reads a set judges each. Returns the joined set's commit, which is the
 * first one where the other has nothing new. Throws `FORMAT_INVALID` where one of them is no set.
 */
export async function joinRows(
  workspace: Workspace,
  batch: ObjectBatch,
  { set, mine, theirs, stubs }: Pick<Union, 'set' | 'mine' | 'theirs' | 'stubs'>,
): Promise<ObjectId> {
  if (mine === theirs) return theirs;
  const joined = await unionTrees(workspace, batch, { set, mine, theirs, stubs, above: [] });
  const [first, second] = [
    mine === null ? null : await setTime(workspace, set, mine),
    await setTime(workspace, set, theirs),
  ];
  const seconds = Math.max(first ?? 0, second);
  return batch.add('commit', encodeSetCommit(set, joined, formatInstant(seconds * 1000)));
}

interface Union {
  readonly set: SetName;
  readonly stubs: RedactedSidecars;
  /** Names of the directories above. */
  readonly above: readonly string[];
  /** Anything that names a tree; null for none. */
  readonly mine: ObjectId | null;
  readonly theirs: ObjectId;
}

/** What stands for sidecars that tombstones took away: the object, and the records of which it may. */
export type RedactedSidecars = ReadonlyMap<ObjectId, ReadonlySet<string>>;

async function unionTrees(
  workspace: Workspace,
  batch: ObjectBatch,
  { set, mine, theirs, stubs, above }: Union,
): Promise<ObjectId> {
  if (above.length > DEEPEST) throw invalidSet(set, 'is deeper than any set');
  const rows = new Map<string, TreeEntry>();
  for (const row of await rowsOf(workspace, set, mine)) rows.set(rawKey(row.name), row);
  for (const row of await rowsOf(workspace, set, theirs)) {
    const own = rows.get(rawKey(row.name));
    const isGone = above.some((record) => stubs.get(row.id)?.has(record) === true);
    if (own === undefined || isGone) rows.set(rawKey(row.name), row);
    else if (own.id !== row.id && own.mode === DIRECTORY && row.mode === DIRECTORY) {
      const below = {
        set,
        mine: own.id,
        theirs: row.id,
        stubs,
        above: [...above, decodeUtf8(row.name) ?? ''],
      };
      rows.set(rawKey(row.name), { ...own, id: await unionTrees(workspace, batch, below) });
    }
  }
  return batch.addTree([...rows.values()]);
}

async function rowsOf(
  workspace: Workspace,
  set: SetName,
  tree: ObjectId | null,
): Promise<readonly TreeEntry[]> {
  if (tree === null) return [];
  const rows = await workspace.objects.readTree(tree);
  if (rows === undefined) throw invalidSet(set, 'lacks a directory');
  if (rows.length > MOST_ROWS) throw invalidSet(set, `holds more than ${MOST_ROWS} records`);
  return rows;
}

/** The second that a set's commit tells: that of its newest record. */
async function setTime(workspace: Workspace, set: SetName, head: ObjectId): Promise<number> {
  const commit = await findCommit(workspace, head);
  const text = commit === undefined ? undefined : decodeUtf8(commit.content);
  const seconds = Number(
    /^committer heddle <heddle> (\d{1,10}) \+0000$/m.exec(text ?? '')?.[1] ?? Number.NaN,
  );
  if (Number.isNaN(seconds))
    throw new HeddleError('FORMAT_INVALID', `what the set of ${set} leads to is no set`);
  return seconds;
}
