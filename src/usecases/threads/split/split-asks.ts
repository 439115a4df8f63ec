import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { Ask } from '#usecases/transaction/plan.ts';

/** What is split, for who is asked about it. */
export interface Splitting {
  readonly thread: string;
  readonly into: string;
  /** The newest state before; null where it is gone since. */
  readonly head: CarriedState | null;
  readonly root: CarriedState | null;
}

/** What a split needs besides what its states need: to read the one thread, and to start the other. */
export function splitAsks(
  workspace: Workspace,
  view: AuthorityView,
  { thread, into, head, root }: Splitting,
): readonly [Ask, Ask] {
  const states = [root, head].filter((state) => state !== null);
  return [
    { operation: 'state:read', resources: [threadResource(view.repository, thread)] },
    {
      operation: 'thread:start',
      resources: [threadResource(view.repository, into)],
      continues: continuedStates(workspace, view, { thread: into, states }),
    },
  ];
}

/** Resources of a thread's paths. */
export function pathsAt(
  { repository }: AuthorityView,
  thread: string,
  changes: readonly { readonly path: Uint8Array }[],
): readonly string[] {
  return changes.map(({ path }) => pathResource(repository, thread, path));
}

/** Each path once, as it is logged. */
export function namesOf(changes: readonly { readonly path: Uint8Array }[]): readonly string[] {
  return [...new Set(changes.map(({ path }) => escapePath(path)))];
}
