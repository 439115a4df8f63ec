import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { WorktreePath } from '#domain/results/removal-results.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Files of this clone's work trees that stand where the name did, and have it. */
export async function stillNamed(
  workspace: Workspace,
  names: readonly Pick<RemovedName, 'paths'>[],
): Promise<readonly WorktreePath[]> {
  const paths = new Set(names.flatMap((name) => name.paths));
  const found: WorktreePath[] = [];
  for (const { directory } of await workspace.worktrees.list()) {
    for (const path of paths) {
      const raw = unescapePath(path);
      if (raw === undefined || (await workspace.contents.blobAt({ directory, path: raw })) === undefined)
        continue;
      found.push({ worktree: directory, path });
    }
  }
  return found;
}
