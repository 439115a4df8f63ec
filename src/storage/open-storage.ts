import type { Workspace, Machine } from '#ports/workspace.ts';
import { openLocalRecords } from './local-records.ts';
import { openRepositoryLock } from './lock/lock.ts';
import { openOperationLog } from './log/operation-log.ts';

/** Opens what heddle keeps in a clone's common directory; nothing is created by opening. */
export function openStorage(
  commonDir: string,
  machine: Pick<Machine, 'clock' | 'random' | 'hasher'>,
): Pick<Workspace, 'log' | 'lock' | 'records'> {
  return {
    log: openOperationLog(commonDir, machine.hasher),
    lock: openRepositoryLock(commonDir, machine),
    records: openLocalRecords(commonDir),
  };
}
