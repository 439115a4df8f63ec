import { lstatSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ClonePins } from '#ports/home-cache.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { ShunMemory } from '#ports/removal.ts';
import type { Workspace, Machine } from '#ports/workspace.ts';
import { assertRealDirectories, guardIo, unlessMissing } from './durable-file.ts';
import { openHomeCache } from './home-cache.ts';
import { openLocalRecords } from './local-records.ts';
import { openRepositoryLock } from './lock/lock.ts';
import { openOperationLog } from './log/operation-log.ts';
import { openRewriteNotes } from './rewrite-notes.ts';
import { openShunList } from './shun-list.ts';

const DIRECTORIES = [
  'authority',
  'chains',
  'index',
  'lines',
  'oplog',
  'quarantine',
  'receiving',
  'rewrite',
  'runs',
  'states',
  'threads',
  'tmp',
  'verdicts',
  'verified',
];

/**
 * Opens what heddle keeps in a clone's common directory; nothing is created by opening. Throws
 * `FORMAT_INVALID` where one of its directories leads elsewhere.
 */
export function openStorage(
  { commonDir, gitDir }: Pick<RepositoryPlaces, 'commonDir' | 'gitDir'>,
  machine: Pick<Machine, 'clock' | 'random' | 'hasher'>,
  home: { readonly shunMemory: ShunMemory; readonly pins: ClonePins },
): Pick<
  Workspace,
  | 'log'
  | 'lock'
  | 'records'
  | 'pins'
  | 'shun'
  | 'authorityCache'
  | 'signatureCache'
  | 'verdictCache'
  | 'lineCache'
  | 'stateCache'
  | 'rewriteNotes'
> {
  const root = join(commonDir, 'heddle');
  // Before anything is removed there.
  assertRealDirectories([root]);
  removeFormerIndex(join(root, 'index'));
  assertRealDirectories([...DIRECTORIES.map((name) => join(root, name)), join(gitDir, 'heddle')]);
  return {
    log: openOperationLog(commonDir, machine.hasher),
    lock: openRepositoryLock(commonDir, machine),
    records: openLocalRecords(commonDir, home.pins),
    pins: home.pins,
    shun: openShunList(commonDir, home.shunMemory),
    authorityCache: openHomeCache(commonDir, 'authority'),
    signatureCache: openHomeCache(commonDir, 'verified'),
    verdictCache: openHomeCache(commonDir, 'verdicts'),
    lineCache: openHomeCache(commonDir, 'lines'),
    stateCache: openHomeCache(commonDir, 'states'),
    rewriteNotes: openRewriteNotes(commonDir),
  };
}

/** The work tree's own index was once called what the local index's directory is; it is made anew by a scan. */
function removeFormerIndex(path: string): void {
  const isFile = guardIo(path, () => unlessMissing(() => lstatSync(path)))?.isFile() === true;
  if (isFile) guardIo(path, () => unlinkSync(path));
}
