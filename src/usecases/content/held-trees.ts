import { scanTree, WantedIds, type ScannedTree } from '#domain/encoding/tree-scan.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

const AT_ONCE = 512;
/** Larger trees are not read. */
const LARGEST_TREE = 64 * 1024 * 1024;
/** As deep as any tree is read. */
const DEEPEST = 1000;

/**
 * The trees among `roots` and below them that hold one of these blobs at any depth. Reads each distinct tree once,
 * a level at a time, so that a long history costs what changed in it. A submodule's commit is no blob.
 */
export async function findHoldingTrees(
  workspace: Workspace,
  roots: Iterable<ObjectId>,
  blobs: ReadonlySet<ObjectId>,
): Promise<ReadonlySet<ObjectId>> {
  const from = new Set(roots);
  const key = [...[...from].toSorted(), '', ...[...blobs].toSorted()].join(' ');
  const known = latest.get(workspace.objects);
  if (known?.key === key) return known.holding;
  const holding = await search(workspace, from, blobs);
  latest.set(workspace.objects, { key, holding });
  return holding;
}

/** What was found last: a removal asks what there is to do, and again when it does it. */
const latest = new WeakMap<
  Workspace['objects'],
  { readonly key: string; readonly holding: ReadonlySet<ObjectId> }
>();

async function search(
  workspace: Workspace,
  roots: ReadonlySet<ObjectId>,
  blobs: ReadonlySet<ObjectId>,
): Promise<ReadonlySet<ObjectId>> {
  const wanted = new WantedIds(blobs);
  const above = new Map<ObjectId, ObjectId[]>();
  const holding = new Set<ObjectId>();
  const seen = new Set<ObjectId>(roots);
  let level: readonly ObjectId[] = [...seen];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw tooDeep(level[0] ?? '');
    const next: ObjectId[] = [];
    for await (const [tree, { holds, trees }] of scanAll(workspace, level, wanted)) {
      if (holds) holding.add(tree);
      for (const id of trees) {
        const parents = above.get(id);
        if (parents === undefined) above.set(id, [tree]);
        else parents.push(tree);
        if (seen.has(id)) continue;
        seen.add(id);
        next.push(id);
      }
    }
    level = next;
  }
  // A set that grows while it is walked: whatever is above a tree that holds one holds it too.
  for (const tree of holding) for (const parent of above.get(tree) ?? []) holding.add(parent);
  return holding;
}

/** Tells whether an entry of a tree is a directory. */
export function isTree({ mode }: TreeEntry): boolean {
  return mode === '40000';
}

/** Tells whether an entry of a tree of files is a file or a symbolic link. */
export function isContent({ mode }: TreeEntry): boolean {
  return mode !== '40000' && mode !== '160000';
}

async function* scanAll(
  { objects }: Workspace,
  trees: readonly ObjectId[],
  wanted: WantedIds,
): AsyncGenerator<readonly [ObjectId, ScannedTree]> {
  for (let from = 0; from < trees.length; from += AT_ONCE) {
    const some = trees.slice(from, from + AT_ONCE);
    const found = await objects.readMany(some, LARGEST_TREE);
    for (const [index, tree] of some.entries()) {
      const object = found[index];
      if (object === undefined) throw missing(tree);
      const scanned = object.kind === 'tree' ? scanTree(object.content, wanted) : undefined;
      // What is odd in a tree is for those who read it entry by entry to tell.
      yield [tree, scanned ?? takenApart(await objects.readTree(tree), wanted)];
    }
  }
}

function takenApart(entries: readonly TreeEntry[] | undefined, wanted: WantedIds): ScannedTree {
  const rows = entries ?? [];
  return {
    holds: rows.some((entry) => isContent(entry) && wanted.has(entry.id)),
    trees: rows.filter(isTree).map(({ id }) => id),
  };
}

function missing(tree: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `the Git tree ${tree} is missing`, {
    facts: { object: tree },
    preserved: 'nothing was changed',
  });
}

function tooDeep(tree: ObjectId): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'a Git tree is nested too deeply', { facts: { object: tree } });
}
