import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Where two histories parted, as `git merge-base --all` tells it, without git; none where they have nothing in common.
 * Undefined where it cannot be told, since history is cut off here: the clone is shallow.
 */
export async function partedAt(
  { objects }: Pick<Workspace, 'objects'>,
  one: ObjectId,
  other: ObjectId,
): Promise<readonly ObjectId[] | undefined> {
  const sides = new Map<ObjectId, number>([[one, ONE]]);
  sides.set(other, (sides.get(other) ?? 0) | OTHER);
  const found = new Set<ObjectId>();
  const queue: Waiting[] = [];
  const add = async (ids: readonly ObjectId[]): Promise<boolean> => {
    const read = await objects.readMany(ids, LARGEST_COMMIT);
    for (const [index, id] of ids.entries()) {
      const commit = read[index];
      const links = commit?.kind === 'commit' ? parseCommitLinks(commit.content) : undefined;
      if (commit === undefined || links === undefined) return false;
      insert(queue, { id, parents: links.parents, at: committedAt(commit.content) });
    }
    return true;
  };
  if (!(await add([...sides.keys()]))) return undefined;
  while (queue.some(({ id }) => ((sides.get(id) ?? 0) & BELOW) === 0)) {
    const next = queue.pop();
    if (next === undefined) break;
    const side = sides.get(next.id) ?? 0;
    if (side === BOTH) found.add(next.id);
    const handed = (side & BOTH) === BOTH ? side | BELOW : side;
    const fresh = next.parents.filter((id) => ((sides.get(id) ?? 0) & handed) !== handed);
    for (const id of fresh) sides.set(id, (sides.get(id) ?? 0) | handed);
    if (!(await add(fresh))) return undefined;
  }
  return [...found].filter((id) => ((sides.get(id) ?? 0) & BELOW) === 0);
}

interface Waiting {
  readonly id: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly at: number;
}

const ONE = 1;
const OTHER = 2;
const BOTH = ONE | OTHER;
/** It is below one that both have. */
const BELOW = 4;

const LARGEST_COMMIT = 2 * 1024 * 1024;
const COMMITTED = /^committer .*> (\d{1,12}) /m;

function committedAt(content: Uint8Array): number {
  const header = new TextDecoder('latin1').decode(content.subarray(0, 16_384));
  return Number(COMMITTED.exec(header)?.[1] ?? 0);
}

/** The newest last: the same order in every clone. */
function insert(queue: Waiting[], one: Waiting): void {
  const before = (other: Waiting) => other.at < one.at || (other.at === one.at && other.id < one.id);
  queue.splice(queue.findLastIndex(before) + 1, 0, one);
}
