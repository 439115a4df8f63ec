import type { TombstoneId } from '#domain/id.ts';
import type { CleanUpKit } from '#domain/removal/clean-up-kit.ts';
import type { Workspace } from '#ports/workspace.ts';
import { movedRefs } from './moved-refs.ts';

/** What the clean-up after tombstones is about: refs that their purges moved and that are still there, and remotes. */
export async function readKit(workspace: Workspace, tombstones: readonly TombstoneId[]): Promise<CleanUpKit> {
  const moved = new Set<string>();
  for (const tombstone of tombstones) {
    for (const ref of await movedRefs(workspace, tombstone)) moved.add(ref);
  }
  const refs: string[] = [];
  for (const ref of [...moved].toSorted()) {
    if ((await workspace.revisions.resolveCommit(ref)) !== undefined) refs.push(ref);
  }
  const remotes = await workspace.remotes();
  return { tombstones, refs, remotes: remotes.map(({ name }) => name) };
}
