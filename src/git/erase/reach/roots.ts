import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { findOperations, type Operations } from './operations.ts';
import { listOperations, listPseudoRefs, listWorktreeRefs } from './pseudo-refs.ts';
import { idsOfLines, isStashLog, listReflogs, readReflog } from './reflogs.ts';

/**
 * What keeps objects alive and is nobody's to clean beside refs, HEADs and indexes: operations in progress, refs of
 * single worktrees, and the stashes.
 */
export async function strongRoots(ground: EraseGround): Promise<readonly ObjectId[]> {
  return strong(ground, await findOperations(ground));
}

/** The same, and everything that reflogs and pseudo-refs name. */
export async function allRoots(ground: EraseGround): Promise<readonly ObjectId[]> {
  const operations = await findOperations(ground);
  const logs = listReflogs(ground).flatMap(({ path }) => idsOfLines(readReflog(path)));
  const pseudo = listPseudoRefs(ground, operations).flatMap(({ ids }) => ids);
  return [...strong(ground, operations), ...logs, ...pseudo];
}

function strong(ground: EraseGround, operations: Operations): readonly ObjectId[] {
  const stashes = listReflogs(ground)
    .filter(isStashLog)
    .flatMap(({ path }) => idsOfLines(readReflog(path)));
  return [...listOperations(ground, operations), ...listWorktreeRefs(ground)]
    .flatMap(({ ids }) => ids)
    .concat(stashes);
}
