import type { Workspace } from '#ports/workspace.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { broughtBy, findBringer, readChainRecords, type RecordReversing } from './chain-records.ts';
import { refused, type Done, type Reversal, type Target } from '#usecases/undo/reversal.ts';
import { reverseFreeze } from './undo-freeze.ts';
import { reverseGrant } from './undo-grant.ts';
import { reversePolicy } from './undo-policy.ts';

/** Takes back a change of authority by the opposite record, where what it said is still what holds. */
export async function undoRecord(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  return reverseRecord(workspace, ground, { told: target, did: target.again ?? target });
}

/** Reverses the record that `did` brought; refusals are told of `told`. Throws `UNDO_REFUSED`. */
export async function reverseRecord(
  workspace: Workspace,
  ground: Ground,
  { told, did }: { readonly told: Done; readonly did: Done },
): Promise<Reversal> {
  const records = await readChainRecords(workspace);
  const record = broughtBy(records, did.texts);
  if (record === undefined) throw refused(told, 'its record is not in the authority chain');
  const refuse: RecordReversing['refuse'] = async (why, by) =>
    refused(told, why, await findBringer(workspace, records, by));
  const reversing = { record, records, refuse };
  switch (record.body.kind) {
    case 'grant':
      return reverseGrant(workspace, ground, reversing);
    case 'policy':
      return reversePolicy(ground, reversing);
    case 'freeze':
    case 'unfreeze':
      return reverseFreeze(workspace, ground, reversing);
    default:
      throw refused(told, 'its record has no opposite');
  }
}
