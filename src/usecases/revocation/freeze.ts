import { HeddleError } from '#domain/error.ts';
import type { FreezeResult, UnfreezeResult } from '#domain/results/key-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';

/**
 * Stops all work but what ends an incident, by a record in the authority chain. An owner's, in person; as break-glass also
 * theirs whom a policy names, who say why. Only owners end it.
 */
export async function freeze(
  workspace: Workspace,
  reason: string | null,
  { breakGlass }: { readonly breakGlass: boolean } = { breakGlass: false },
): Promise<Mutated<Omit<FreezeResult, 'operation'>>> {
  return mutate(workspace, {
    op: 'freeze',
    args: { reason, ...(breakGlass ? { breakGlass } : {}) },
    asksPassphrase: true,
    propose: async ({ authority, caller, now }) => ({
      kind: 'ask',
      ask: { operation: 'repo:freeze', resources: [authority.view.repository], breakGlass },
      plan: async (drafts) => {
        const seen = await seenHeads(workspace, authority.view);
        const id = drafts.authority.append(
          { kind: 'freeze', seen, ...(breakGlass ? { breakGlass } : {}) },
          reason,
        );
        const result = { id, by: caller.actor.principal, since: now, reason, breakGlass };
        return { ...NO_CHANGE, states: [], result };
      },
    }),
  });
}

/** Lifts a freeze. Throws `NOT_FROZEN`, after the decision: only owners learn it from this. */
export async function unfreeze(workspace: Workspace): Promise<Mutated<Omit<UnfreezeResult, 'operation'>>> {
  return mutate(workspace, {
    op: 'unfreeze',
    args: {},
    asksPassphrase: true,
    propose: async ({ authority }) => ({
      kind: 'ask',
      ask: { operation: 'repo:unfreeze', resources: [authority.view.repository] },
      plan: async (drafts) => {
        const { frozen } = authority.view;
        if (frozen === null) throw notFrozen();
        const id = drafts.authority.append({ kind: 'unfreeze' }, null);
        return { ...NO_CHANGE, states: [], result: { id, frozen: { ...frozen } } };
      },
    }),
  });
}

function notFrozen(): HeddleError {
  return new HeddleError('NOT_FROZEN', 'the repository is not frozen', {
    preserved: 'nothing was changed',
  });
}
