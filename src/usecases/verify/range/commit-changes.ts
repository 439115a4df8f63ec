import { HeddleError } from '#domain/error.ts';
import { commitMessage } from '#domain/landing/landed-commit.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { requireParent } from './range-commits.ts';

/** A commit of Git's, and what it brings that none of its parents has. */
export interface ReadCommit {
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly message: string;
  /** By path. A merge brings only what differs from all of its parents. */
  readonly changes: readonly TreeChange[];
}

/** Reads a commit. Throws `NOT_FOUND` where the clone lacks what it stands on, `OBJECT_CORRUPT`. */
export async function readCommit(workspace: Workspace, commit: ObjectId): Promise<ReadCommit> {
  const found = await findCommit(workspace, commit);
  const links = found?.kind === 'commit' ? parseCommitLinks(found.content) : undefined;
  if (found === undefined || links === undefined) {
    throw new HeddleError('OBJECT_CORRUPT', `${commit} is no commit that can be read`, { facts: { commit } });
  }
  for (const parent of links.parents) await requireParent(workspace, commit, parent);
  const changes = await ownChanges(workspace, links);
  return { commit, ...links, message: commitMessage(found.content) ?? '', changes };
}

async function ownChanges(
  { comparer, revisions }: Workspace,
  { tree, parents }: { readonly tree: ObjectId; readonly parents: readonly ObjectId[] },
): Promise<readonly TreeChange[]> {
  const [first, ...others] = parents;
  let own = await comparer.compare(first === undefined ? null : await revisions.commitTree(first), tree);
  for (const parent of others) {
    const differs = await comparer.compare(await revisions.commitTree(parent), tree);
    const paths = new Set(differs.map(({ path }) => rawKey(path)));
    own = own.filter(({ path }) => paths.has(rawKey(path)));
  }
  return own;
}
