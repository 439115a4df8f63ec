import type { TreeStep } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { LineGroup } from './line-sheet.ts';
import { COPY_SCORE, highestScore } from './scores.ts';

/** Lines of a file that came in with one step. */
export interface Arrival {
  readonly step: TreeStep & { readonly before: ObjectId };
  /** There was no such file before. */
  readonly isMade: boolean;
  readonly groups: readonly LineGroup[];
}

/** Files that are looked into; of more git is asked. */
const MOST_FILES = 4_000;
/** A larger one is not looked into, and may hold anything. */
const LARGEST_FILE = 16 * 1024 * 1024;
const SUBMODULE = '160000';

/**
 * Groups whose lines may be from another file: one that the same step changed or took away had such lines. Undefined
 * where the file itself may have had another name, and where there is too much to look into.
 */
export async function findCopied(
  workspace: Pick<Workspace, 'comparer' | 'objects'>,
  path: Uint8Array,
  arrivals: readonly Arrival[],
): Promise<ReadonlySet<LineGroup> | undefined> {
  const sources = new Map<ObjectId, LineGroup[]>();
  for (const { step, isMade, groups } of arrivals) {
    const large = groups.filter(({ lines }) => highestScore(lines) > COPY_SCORE);
    if (large.length === 0 && !isMade) continue;
    const others = await otherFiles(workspace, path, step);
    if (isMade && others.some(({ isGone }) => isGone)) return undefined;
    for (const { id } of others) sources.set(id, [...(sources.get(id) ?? []), ...large]);
    if (sources.size > MOST_FILES) return undefined;
  }
  return searchFiles(workspace, sources);
}

/** Files that a step changed or took away, as they were. */
async function otherFiles(
  { comparer }: Pick<Workspace, 'comparer'>,
  path: Uint8Array,
  { before, after }: TreeStep,
): Promise<readonly { readonly id: ObjectId; readonly isGone: boolean }[]> {
  const own = rawKey(path);
  const changes = await comparer.compare(before, after);
  return changes.flatMap(({ path: other, oldMode, oldId, newId }) =>
    oldId === null || oldMode === SUBMODULE || rawKey(other) === own
      ? []
      : [{ id: oldId, isGone: newId === null }],
  );
}

async function searchFiles(
  { objects }: Pick<Workspace, 'objects'>,
  sources: ReadonlyMap<ObjectId, readonly LineGroup[]>,
): Promise<ReadonlySet<LineGroup>> {
  const found = new Set<LineGroup>();
  if (sources.size === 0) return found;
  const asked = [...sources.values()];
  let pieces: Uint8Array[] | undefined;
  await objects.streamBlobs([...sources.keys()], {
    start: (_, size) => {
      pieces = size > LARGEST_FILE ? undefined : [];
    },
    data: (_, piece) => {
      pieces?.push(Uint8Array.from(piece));
    },
    end: (index) => {
      const text = pieces && `\n${Buffer.concat(pieces).toString('latin1')}`;
      for (const group of asked[index] ?? []) if (!found.has(group) && mayHold(text, group)) found.add(group);
    },
  });
  return found;
}

/** Also where a line only begins like one of the group's: then git says that it is another. */
function mayHold(text: string | undefined, { lines }: LineGroup): boolean {
  if (text === undefined) return true;
  return highestScore(lines, (line) => text.includes(`\n${line.text.trimEnd()}`)) > COPY_SCORE;
}
