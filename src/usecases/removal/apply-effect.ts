import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EffectOutcome } from '#usecases/transaction/effects.ts';
import { finishPurge } from './finish-purge.ts';
import { applyUnveil, applyVeil } from './veil.ts';

/** Does one effect of a redaction, a lift or a purge. */
export async function applyRemovalEffect(
  workspace: Workspace,
  kind: EffectOutcome['kind'],
  tombstone: TombstoneId,
): Promise<EffectOutcome> {
  switch (kind) {
    case 'veil':
      return { kind, residue: await applyVeil(workspace, tombstone) };
    case 'unveil':
      return { kind, residue: await applyUnveil(workspace, tombstone) };
    case 'purge':
      return { kind, ...(await finishPurge(workspace, tombstone)) };
  }
}
