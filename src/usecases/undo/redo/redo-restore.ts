import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Done, type Reversal, type Redoing } from '#usecases/undo/reversal.ts';
import { requireFilesAsLeft } from '#usecases/restore/files-back.ts';
import type { Standing } from '#usecases/restore/restore-files.ts';
import { restoredResources, restoreLineProblem } from '#usecases/restore/restore-line.ts';
import { restoredThread } from '#usecases/restore/undo-restore.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/**
 * Restores files again whose restoring was taken back, from the snapshot that it made, where they stand as the undo left
 * them. Asks beside that to read the files, as the restoring did.
 */
export async function redoRestore(
  workspace: Workspace,
  ground: Ground,
  { undo, target, own }: Redoing,
): Promise<Reversal> {
  const [effect] = target.texts.effects;
  const made = target.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
  const asks = restoringAsks(ground.authority.view.repository, target.texts, own);
  if (effect?.kind !== 'restore' || asks === undefined || restoreLineProblem(target, made) !== undefined) {
    throw refused(undo, 'it took no restoring back');
  }
  const [ask, ...also] = asks;
  return {
    ask,
    also,
    plan: async () => {
      const standing = await requireFilesAsLeft(workspace, undo, effect);
      await requireNamed(undo, target, standing);
      await requireFree(undo, standing);
      return { states: [], refs: [], effects: [effect], inverse: null };
    },
  };
}

/** What doing a restoring again needs, where both it and its undo were `own` work or not; undefined for no restoring. */
export function restoringAsks(
  repository: string,
  texts: OperationTexts,
  own: Redoing['own'],
): readonly [Ask, Ask] | undefined {
  const thread = restoredThread(texts);
  if (thread === undefined) return undefined;
  return [
    { operation: 'undo', own, resources: [threadResource(repository, thread)] },
    { operation: 'state:read', resources: restoredResources(repository, texts) },
  ];
}

/** A snapshot could hold more than its line names, and more than was asked for. */
async function requireNamed(undo: Done, { texts }: Pick<Done, 'texts'>, { left }: Standing): Promise<void> {
  const named = new Set(texts.paths);
  const unnamed = left.find(({ path }) => !named.has(escapePath(path)));
  if (unnamed !== undefined) throw refused(undo, `${escapePath(unnamed.path)} was not restored by it`);
}

/** What Git ignores stands in no scan: nothing is written over it. */
async function requireFree(undo: Done, { worktree, known, left }: Standing): Promise<void> {
  const made = left.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const [first] = await worktree.inTheWay(made, known);
  if (first === undefined) return;
  throw refused(undo, `something that heddle does not keep stands at ${escapePath(first)}`);
}
