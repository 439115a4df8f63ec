import { HeddleError } from '#domain/error.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { QuarantinedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readOldContent } from './places/old-carriers.ts';

/**
 * What a tombstone removed, with its salts: from the quarantine, or, where another home of this clone has its key,
 * from the carriers of before, as long as they tell all of it. Throws `QUARANTINE_MISSING` where neither does.
 */
export async function readHeldContent(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<QuarantinedContent> {
  const kept = await openOwn(workspace, record);
  if (kept instanceof HeddleError) {
    const old = await readOldContent(workspace, record);
    if (old === undefined) throw kept;
    return old;
  }
  return kept;
}

async function openOwn(
  { quarantine }: Workspace,
  { id }: TombstoneRecord,
): Promise<QuarantinedContent | HeddleError> {
  try {
    return (await quarantine.open(id)) ?? missing(id);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return error;
    throw error;
  }
}

function missing(tombstone: string): HeddleError {
  return new HeddleError('QUARANTINE_MISSING', 'this clone does not hold what was redacted', {
    facts: { tombstone },
    preserved: 'nothing was changed',
  });
}
