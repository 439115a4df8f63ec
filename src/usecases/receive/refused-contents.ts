import type { TombstoneId } from '#domain/id.ts';
import type { FileEntry, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findShunCheck, loadShunCheck } from '#usecases/content/shunned.ts';

/** A content that is about to come in or to go out; of an object that nobody named a path for it is null. */
export interface OfferedContent {
  readonly id: ObjectId;
  /** Raw bytes. */
  readonly path: Uint8Array | null;
}

export interface RefusedContent extends OfferedContent {
  readonly tombstone: TombstoneId;
}

/**
 * Which of some contents this clone refuses, each with the tombstone that removed it: for hooks, fetch and push. Ids
 * that are no blobs are welcome: a tree is judged by what it lists. Reads the list once; nothing is said of contents
 * that another clone alone refuses.
 */
export async function refusedContents(
  workspace: Workspace,
  offered: Iterable<OfferedContent>,
): Promise<readonly RefusedContent[]> {
  const refusedBy = await loadShunCheck(workspace);
  const refused: RefusedContent[] = [];
  for (const content of offered) {
    const tombstone = await refusedBy(content.id);
    if (tombstone !== undefined) refused.push({ ...content, tombstone });
  }
  return refused;
}

/** The same of every file of a commit of Git's own; empty, and nothing is read, where nothing was removed here. */
export async function refusedInCommit(
  workspace: Workspace,
  commit: ObjectId,
): Promise<readonly (RefusedContent & Pick<FileEntry, 'path'>)[]> {
  if ((await findShunCheck(workspace)) === undefined) return [];
  const files = await workspace.objects.listFiles(await workspace.revisions.commitTree(commit));
  const refused = await refusedContents(workspace, files);
  return refused.flatMap(({ id, path, tombstone }) => (path === null ? [] : [{ id, path, tombstone }]));
}
