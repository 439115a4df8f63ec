import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { RedactResult, WorktreePath } from '#domain/results/removal-results.ts';
import type { FoundWorktreeFile, RemovedContent, WorktreeFile } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';

/**
 * Which files of this clone's worktrees hold the content, and which stand at its paths with something else in
 * them: an edited copy may hold the secret too, and is for its author to judge.
 */
export async function lookAtWorktrees(
  workspace: Workspace,
  contents: readonly RemovedContent[],
  places: readonly Pick<ContentPlace, 'path'>[],
): Promise<Pick<RedactResult, 'replaced' | 'edited'>> {
  const found = await workspace.contents.find(contents);
  const exact = new Set(found.map(keyOf));
  const edited: WorktreePath[] = [];
  for (const file of await filesAt(workspace, places)) {
    if (exact.has(keyOf(file)) || (await workspace.contents.blobAt(file)) === undefined) continue;
    edited.push(shown(file));
  }
  return { replaced: found.map(shown), edited };
}

async function filesAt(
  workspace: Workspace,
  places: readonly Pick<ContentPlace, 'path'>[],
): Promise<readonly WorktreeFile[]> {
  const worktrees = await workspace.worktrees.list();
  const paths = new Map(places.map(({ path }) => [escapePath(path), path]));
  return worktrees.flatMap(({ directory }) => [...paths.values()].map((path) => ({ directory, path })));
}

function keyOf({ directory, path }: WorktreeFile | FoundWorktreeFile): string {
  return `${directory}\0${escapePath(path)}`;
}

function shown({ directory, path }: WorktreeFile): WorktreePath {
  return { worktree: directory, path: escapePath(path) };
}
