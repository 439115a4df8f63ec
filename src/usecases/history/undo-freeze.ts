import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type Target } from './reversal.ts';

/** Takes back a freeze, or its end, by the opposite record, where it is still what holds. */
export async function undoFreeze(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  const { view } = ground.authority;
  const lifts = target.line.op === 'freeze';
  if (lifts && view.frozen === null) throw refused(target, 'the repository is not frozen any more');
  if (!lifts && view.frozen !== null) throw refused(target, 'the repository is frozen again');
  return {
    ask: { operation: lifts ? 'repo:unfreeze' : 'repo:freeze', resources: [view.repository] },
    plan: async ({ authority }) => {
      const body: AuthorityBody = lifts
        ? { kind: 'unfreeze' }
        : { kind: 'freeze', seen: await seenHeads(workspace, view) };
      authority.append(body, null);
      return { states: [], refs: [], effects: [], inverse: null };
    },
  };
}
