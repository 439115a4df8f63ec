import { equalBytes } from '#domain/encoding/bytes.ts';
import { encodeCarrierCommit, parseCommitLinks } from '#domain/state/carrier.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findCommit } from '#usecases/states/find-commit.ts';

/** The sets of signed records that have a ref of their own. */
export type SetName = 'requests' | 'reviews' | 'imports' | 'tombstones';

/**
 * Encodes the commit of a set of signed records: a function of its tree and of the newest time in it, so that two
 * clones with the same set have the same commit. It has no parents: a set is joined by union, and keeps no history.
 */
export function encodeSetCommit(set: SetName, tree: ObjectId, newest: Instant): Uint8Array {
  return encodeCarrierCommit({
    tree,
    parents: [],
    principal: 'heddle',
    at: newest,
    message: `heddle ${set}`,
  });
}

/** What is wrong where {@link isSetCommit} says no. */
export const OTHER_COMMIT = 'its commit is not the one that the set makes';

/** Tells whether a set's commit is the one that its tree and its newest time make. */
export async function isSetCommit(
  workspace: Workspace,
  head: ObjectId,
  { set, newest }: { readonly set: SetName; readonly newest: Instant | undefined },
): Promise<boolean> {
  const commit = await findCommit(workspace, head);
  const tree = commit?.kind === 'commit' ? parseCommitLinks(commit.content)?.tree : undefined;
  if (tree === undefined || newest === undefined || commit === undefined) return false;
  return equalBytes(commit.content, encodeSetCommit(set, tree, newest));
}
