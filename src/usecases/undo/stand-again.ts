import type { StateId } from '#domain/id.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import type { Done } from './reversal.ts';

/**
 * Where worktrees stand that a line had moved, once that is taken back. One that stands somewhere else by now is left
 * there, and so is what is no worktree of this repository, whatever the line says.
 */
export async function standAgain(
  workspace: Workspace,
  moved: Pick<Done, 'texts'>,
  to: { readonly thread: string; readonly state: StateId | null },
): Promise<readonly Effect[]> {
  const { commonDir } = workspace.places;
  const known = new Set([commonDir, ...(await workspace.worktrees.list()).map(({ gitDir }) => gitDir)]);
  const effects: Effect[] = [];
  for (const left of moved.texts.effects) {
    if (left.kind !== 'worktree') continue;
    const gitDir = resolveGitDir(workspace, left.gitDir);
    const position = await workspace.records.readPosition(gitDir);
    const unmoved = (position?.thread ?? null) === left.thread && (position?.state ?? null) === left.state;
    if (known.has(gitDir) && unmoved) effects.push({ kind: 'worktree', gitDir: left.gitDir, ...to });
  }
  return effects;
}
