import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { listOperations, listPseudoRefs, listWorktreeRefs } from './pseudo-refs.ts';
import { idsOfLines, isStashLog, listReflogs, readReflog } from './reflogs.ts';

/**
 * What keeps objects alive and is nobody's to clean beside refs, HEADs and indexes: operations in progress, refs of
 * single worktrees, and the stashes.
 */
export function strongRoots(ground: EraseGround): readonly ObjectId[] {
  const stashes = listReflogs(ground)
    .filter(isStashLog)
    .flatMap(({ path }) => idsOfLines(readReflog(path)));
  return [...listOperations(ground), ...listWorktreeRefs(ground)].flatMap(({ ids }) => ids).concat(stashes);
}

/** The same, and everything that reflogs and pseudo-refs name. */
export function allRoots(ground: EraseGround): readonly ObjectId[] {
  const logs = listReflogs(ground).flatMap(({ path }) => idsOfLines(readReflog(path)));
  const pseudo = listPseudoRefs(ground).flatMap(({ ids }) => ids);
  return [...strongRoots(ground), ...logs, ...pseudo];
}
