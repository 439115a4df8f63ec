import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { setAside } from '#usecases/capture/set-aside.ts';
import { refused, type Done } from '#usecases/undo/reversal.ts';
import { lookAtFiles, type Standing } from './restore-files.ts';

/**
 * Files that an undo brings back, or a redo, stand as the line left them; what is to be done with them. Throws
 * `UNDO_REFUSED`: what somebody changed is theirs.
 */
export async function requireFilesAsLeft(
  workspace: Workspace,
  target: Done,
  effect: Extract<Effect, { readonly kind: 'restore' }>,
): Promise<Standing> {
  const standing = await setAside(workspace, (aside) => lookAtFiles(aside, effect));
  if (standing === undefined) throw refused(target, 'its snapshot or its worktree is gone');
  const [changed] = standing.other;
  if (changed !== undefined) throw refused(target, `${escapePath(changed.path)} was changed since`);
  return standing;
}
