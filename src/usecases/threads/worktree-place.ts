import type { Workspace } from '#ports/workspace.ts';

/**
 * Where a thread's linked worktree goes that nobody named a place for: beside this one, called after it and the thread.
 * Whether something stands there is asked when it is made.
 */
export function worktreePlace({ places }: Pick<Workspace, 'places'>, thread: string): string {
  return `${places.worktree}.${thread.replaceAll('/', '-')}`;
}
