import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What a clone keeps beside its refs, where there is no clone: nothing is there, and nothing can be kept. */
export const NO_CLONE: Pick<
  Workspace,
  | 'log'
  | 'lock'
  | 'toldThreads'
  | 'records'
  | 'pins'
  | 'quarantine'
  | 'shun'
  | 'secretExceptions'
  | 'rewriteNotes'
  | 'runNotes'
  | 'runCredentials'
  | 'processes'
  | 'replica'
  | 'knownReplica'
> = {
  log: {
    head: refuse,
    append: refuse,
    tails: none,
    newest: nothing,
    storedFrom: nothing,
    check: () => Promise.resolve({ operations: [], findings: [] }),
    unapplied: none,
    markApplied: refuse,
    repairTails: refuse,
    replaceTexts: refuse,
    keepChain: refuse,
    readChain: missing,
  },
  lock: { run: refuse, tryRun: refuse, isHeld: () => false },
  toldThreads: () => Promise.resolve(new Map()),
  records: {
    readClone: missing,
    assuming: (clone) => ({ ...NO_CLONE.records, readClone: () => Promise.resolve(clone) }),
    writeClone: refuse,
    readPosition: missing,
    writePosition: refuse,
    readLanding: missing,
    writeLanding: refuse,
    readUndertaking: missing,
    writeUndertaking: refuse,
    listThreads: none,
    readThread: missing,
    writeThread: refuse,
    listClaims: none,
    readClaim: missing,
    writeClaim: refuse,
  },
  pins: { read: missing, write: refuse },
  quarantine: {
    keep: refuse,
    open: missing,
    spend: refuse,
    state: () => Promise.resolve('none'),
    forget: refuse,
    list: none,
  },
  shun: { read: none, add: refuse, drop: refuse, mend: refuse },
  secretExceptions: { read: none, add: refuse },
  rewriteNotes: { read: missing, write: refuse, remove: refuse },
  runNotes: { list: none, read: missing, write: refuse, remove: refuse },
  runCredentials: refuse,
  processes: refuse,
  replica: refuse,
  knownReplica: missing,
};

function missing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function none(): Promise<readonly never[]> {
  return Promise.resolve([]);
}

async function* nothing(): AsyncGenerator<never> {
  // Nobody wrote a line.
}

function refuse(): Promise<never> {
  return Promise.reject(
    new HeddleError('NOT_A_REPOSITORY', 'there is no repository to write to', {
      preserved: 'nothing was changed',
    }),
  );
}
