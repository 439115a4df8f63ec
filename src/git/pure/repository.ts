import type { GitRepository } from '#git/repository.ts';
import type { Variables } from '#platform/environment.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findPlacesWithoutGit } from '#git/plain/find-places.ts';
import { READ_ONLY } from '#git/read-only/read-only.ts';
import { NamedObjects } from '#git/plain/named-objects.ts';
import { PureObjectStore } from './objects/object-store.ts';
import { PureRefStore } from './ref-store.ts';
import { readShallow } from '#git/plain/refuse-unsupported.ts';
import { PureRevisions } from '#git/read-only/revisions.ts';
import { PureTreeComparer } from './tree-comparer.ts';

/** A repository that can only be read. */
export type PureRepository = GitRepository &
  Pick<
    Workspace,
    'localIndex' | 'authorityCache' | 'signatureCache' | 'verdictCache' | 'lineCache' | 'stateCache'
  >;

/**
 * Opens the repository around a directory for reading, where there is no git. Whatever writes, or looks at the work
 * tree, throws `GIT_MISSING`. Throws `NOT_A_REPOSITORY`, `REPOSITORY_UNTRUSTED`, `NOT_A_WORK_TREE`,
 * `BARE_REPOSITORY`, `GIT_UNSUPPORTED`.
 *
 * @param inherited the caller's environment; only `GIT_CEILING_DIRECTORIES` and `SUDO_UID` are looked at.
 */
export function openWithoutGit(cwd: string, inherited: Variables): PureRepository {
  const places = findPlacesWithoutGit(cwd, inherited);
  const store = new PureObjectStore(places.commonDir);
  const objects = new NamedObjects(store, readShallow(places.commonDir));
  return {
    readOnly: true,
    places,
    objects,
    refs: new PureRefStore(places.commonDir),
    comparer: new PureTreeComparer(objects, (id) => store.abbreviate(id)),
    revisions: new PureRevisions(objects),
    ...READ_ONLY,
    close: () => Promise.resolve(),
  };
}
