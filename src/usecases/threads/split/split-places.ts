import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import type { StateId } from '#domain/id.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Worktree } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { filesOf } from '#usecases/restore/restore-files.ts';
import { findStandings, type PlacedWorktree } from '#usecases/threads/drop/standings.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';

/** Whose files change, and where. */
export interface Losing {
  readonly thread: string;
  readonly head: StateId;
  readonly headFiles: ObjectId;
  readonly paths: readonly Uint8Array[];
  readonly lost: readonly TreeChange[];
}

/**
 * The worktrees that stand at a thread's newest state, and lose a part of it. Throws `WORKTREE_DIRTY` naming the files
 * of that part which no state has, and `OUTPUT_EXISTS` where something that Git ignores is in the way.
 */
export async function findLosing(workspace: Workspace, losing: Losing): Promise<readonly PlacedWorktree[]> {
  const { here, linked } = await findStandings(workspace, losing.thread);
  const places = [...here, ...linked].filter(({ state }) => state === losing.head);
  for (const { gitDir, directory } of places) {
    const absolute = resolveGitDir(workspace, gitDir);
    const worktree =
      absolute === workspace.places.gitDir ? workspace.worktree : await workspace.worktreeAt(absolute);
    if (worktree !== undefined) await requireUnchanged(workspace, { worktree, directory }, losing);
  }
  return places;
}

async function requireUnchanged(
  workspace: Workspace,
  { worktree, directory }: { readonly worktree: Worktree; readonly directory: string },
  { headFiles, paths, lost }: Losing,
): Promise<void> {
  const examine = await loadShunGuard(workspace);
  const options = {
    seed: headFiles,
    maxFileBytes: LARGEST_FILE,
    ...(examine === undefined ? {} : { examine }),
  };
  const changes = await worktree.changes(options);
  const dirty = changes.filter(({ path }) => liesIn(paths, path)).map(({ path }) => escapePath(path));
  if (dirty.length > 0) {
    const what = dirty.slice(0, 5).join(', ') + (dirty.length > 5 ? ' and more' : '');
    throw new HeddleError('WORKTREE_DIRTY', `${directory} has changes that no state has, in ${what}`, {
      facts: { worktree: directory, paths: dirty },
      preserved: 'nothing was changed',
    });
  }
  const made = lost.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const known = new Set((await filesOf(workspace, headFiles)).keys());
  for (const { path, newId } of changes) if (newId !== null) known.add(rawKey(path));
  const [first] = await worktree.inTheWay(made, known);
  if (first === undefined) return;
  throw new HeddleError(
    'OUTPUT_EXISTS',
    `something that heddle does not keep stands at ${escapePath(first)}`,
    {
      facts: { worktree: directory, path: escapePath(first) },
      preserved: 'nothing was changed',
    },
  );
}
