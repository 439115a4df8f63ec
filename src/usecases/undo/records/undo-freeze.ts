import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
import { seenHeads } from '#usecases/authority/seen.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { Reversal } from '#usecases/undo/reversal.ts';
import type { RecordReversing } from './chain-records.ts';

/** Reverses a freeze, or its end, by the opposite record, where it is still what holds. */
export async function reverseFreeze(
  workspace: Workspace,
  ground: Ground,
  { record, records, refuse }: RecordReversing,
): Promise<Reversal> {
  const { view } = ground.authority;
  const lifts = record.body.kind === 'freeze';
  const newest = records.findLast(({ body: { kind } }) => kind === 'freeze' || kind === 'unfreeze');
  if (newest?.id !== record.id) {
    const now = view.frozen === null ? 'not frozen any more' : 'frozen again';
    throw await refuse(`the repository is ${now}`, newest);
  }
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
