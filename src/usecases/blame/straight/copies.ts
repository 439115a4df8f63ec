import type { TreeStep } from '#ports/line-origins.ts';
import type { ObjectId, ObjectReader, TreeComparer } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { LineGroup, SheetLine } from './line-sheet.ts';
import { COPY_SCORE, highestScore } from './scores.ts';

/** Lines of a file that came in with one step. */
export interface Arrival {
  readonly step: TreeStep & { readonly before: ObjectId };
  /** There was no such file before. */
  readonly isMade: boolean;
  readonly groups: readonly LineGroup[];
}

/** What tells of other files. */
export interface CopySources {
  readonly comparer: Pick<TreeComparer, 'compare'>;
  readonly objects: Pick<ObjectReader, 'streamBlobs'>;
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
  workspace: CopySources,
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
  { comparer }: Pick<CopySources, 'comparer'>,
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
  { objects }: Pick<CopySources, 'objects'>,
  sources: ReadonlyMap<ObjectId, readonly LineGroup[]>,
): Promise<ReadonlySet<LineGroup>> {
  const found = new Set<LineGroup>();
  if (sources.size === 0) return found;
  const asked = [...sources.values()];
  const wanted = new Set(asked.flat().flatMap(({ lines }) => lines.map(textOf)));
  let pieces: Uint8Array[] | undefined;
  await objects.streamBlobs([...sources.keys()], {
    start: (_, size) => {
      pieces = size > LARGEST_FILE ? undefined : [];
    },
    data: (_, piece) => {
      pieces?.push(Uint8Array.from(piece));
    },
    end: (index) => {
      const held = pieces && heldOf(Buffer.concat(pieces).toString('latin1'), wanted);
      for (const group of asked[index] ?? []) if (!found.has(group) && mayHold(held, group)) found.add(group);
    },
  });
  return found;
}

/** Which of some lines a file has. Each file is gone through once, however many lines are looked for. */
function heldOf(text: string, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const held = new Set<string>();
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? text.length : end).trimEnd();
    if (wanted.has(line)) held.add(line);
    from = end === -1 ? text.length : end + 1;
  }
  return held;
}

function mayHold(held: ReadonlySet<string> | undefined, { lines }: LineGroup): boolean {
  if (held === undefined) return true;
  return held.size > 0 && highestScore(lines, (line) => held.has(textOf(line))) > COPY_SCORE;
}

/** Without what ends it, which the last line of a file may lack: git says then whether it is another line. */
function textOf({ text }: SheetLine): string {
  return text.trimEnd();
}
