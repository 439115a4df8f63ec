import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { parseResource } from '#domain/resource/resource.ts';
import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { requireFilesAsLeft } from './files-back.ts';

/** Takes back a restoring: the files are again what its snapshot kept of them. */
export async function undoRestore(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const [effect, ...more] = target.texts.inverse?.effects ?? [];
  const thread = restoredThread(target.texts);
  const alone = more.length === 0 && target.texts.inverse?.refs.length === 0;
  if (effect?.kind !== 'restore' || thread === undefined || !alone) {
    throw refused(target, 'it holds nothing to go back to');
  }
  return {
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      await requireFilesAsLeft(workspace, target, effect);
      return { states: [], refs: [], effects: [effect], inverse: null };
    },
  };
}

/** The thread that a restoring's files came from. */
export function restoredThread({ resource }: Pick<OperationTexts, 'resource'>): string | undefined {
  if (resource === null) return undefined;
  const { thread } = parseResource(resource);
  const raw = thread.length === 0 ? undefined : unescapePath(thread.join('/'));
  return raw === undefined ? undefined : decodeUtf8(raw);
}
