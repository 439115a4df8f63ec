import type { Digest, TombstoneId } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';

/**
 * Takes away what killed processes left in the quarantine: contents of a tombstone that never came to be, of a
 * lifted one, and of one whose receipt stands. The repository lock must be held.
 */
export async function sweepQuarantine(workspace: Workspace, { records }: LoadedTombstones): Promise<void> {
  const { replica } = await workspace.replica();
  for (const tombstone of await workspace.quarantine.list()) {
    const record = records.get(tombstone);
    const done =
      record === undefined
        ? // A ref that somebody took away must not take the only copy with it.
          !(await isLogged(workspace, tombstone))
        : record.status === 'lifted' || hasPurged(record, replica);
    if (done) await workspace.quarantine.forget(tombstone);
  }
}

/** Whether this replica said that nothing is left with it; another one's word is about another clone. */
export function hasPurged({ receipts }: TombstoneRecord, replica: Digest): boolean {
  return receipts.some(({ receipt }) => receipt.replica === replica && receipt.outcome === 'complete');
}

async function isLogged(workspace: Workspace, tombstone: TombstoneId): Promise<boolean> {
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.op !== 'redact') continue;
    if (texts === 'redacted') return true;
    if (texts.effects.some((effect) => effect.kind === 'veil' && effect.tombstone === tombstone)) return true;
  }
  return false;
}
