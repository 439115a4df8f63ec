import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refuseSecrets } from './refuse-secrets.ts';

/** A commit that leaves, and what it stands on. */
export interface LeavingCommit {
  readonly commit: ObjectId;
  readonly parents: readonly ObjectId[];
}

/** What leaves, and where the policies are asked. */
export interface Leaving {
  readonly resource: string;
  readonly commits: readonly LeavingCommit[];
  /** The tree of a commit's files. */
  readonly filesOf: (commit: ObjectId) => Promise<ObjectId>;
}

/**
 * Refuses what looks like a secret in what each commit brings: what a later one takes out leaves with the earlier one all
 * the same. Returns what is only told. Throws `SECRET_FOUND`.
 */
export async function refuseSecretsLeaving(
  workspace: Workspace,
  view: Pick<AuthorityView, 'repository' | 'policies'>,
  { resource, commits, filesOf }: Leaving,
): Promise<readonly string[]> {
  const notes = new Set<string>();
  for (const { commit, parents } of commits) {
    const tree = await filesOf(commit);
    const before = parents.length === 0 ? [null] : await Promise.all(parents.map(filesOf));
    const changes: readonly (readonly TreeChange[])[] = await Promise.all(
      before.map(async (parent) => workspace.comparer.compare(parent, tree)),
    );
    for (const note of await refuseSecrets(workspace, view, { resource, changes, texts: {} }))
      notes.add(note);
  }
  return [...notes];
}
