import type { TombstoneId } from '#domain/id.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { finishPurge, type PurgeOutcome } from './finish-purge.ts';
import { applyUnveil, applyVeil } from './veil.ts';

/** What an effect on removed content found out. */
export type RemovalOutcome =
  /** Files of work trees that could not be written to. */
  | { readonly kind: 'veil' | 'unveil'; readonly residue: readonly Residue[] }
  | ({ readonly kind: 'purge' } & PurgeOutcome);

/** Does one effect of a redaction, a lift or a purge. */
export async function applyRemovalEffect(
  workspace: Workspace,
  kind: RemovalOutcome['kind'],
  tombstone: TombstoneId,
): Promise<RemovalOutcome> {
  switch (kind) {
    case 'veil':
      return { kind, residue: await applyVeil(workspace, tombstone) };
    case 'unveil':
      return { kind, residue: await applyUnveil(workspace, tombstone) };
    case 'purge':
      return { kind, ...(await finishPurge(workspace, tombstone)) };
  }
}
