import { lstatSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import { HeddleError } from '#domain/error.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import { failedWith, guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';
import { isBranchRef, isHeddleRef } from './ref-name.ts';

/*
 * <git common dir>/heddle/ref-transaction, canonical JSON:
 *   {"deletes","git":{"boot","pid","place","started"},"refs":[…],"type":"ref-transaction","v":1}
 *   {"branch",…,"v":2}                        the same where a branch of Git's own moves too
 * It is there while a git of ours may hold ref locks. `git` names that process: its locks may be removed once
 * it is known to be gone, and not before.
 */

interface Recorded {
  readonly git: ProcessIdentity;
  readonly refs: readonly string[];
  readonly branch: string | null;
  /** Only deletions lock `packed-refs`. */
  readonly deletes: boolean;
}

const LARGEST = 1024 * 1024;
/** A git whose heddle was killed sees its input end and lets go by itself. */
const PATIENCE_MS = 5000;
const POLL_MS = 20;
/** A live git holds `packed-refs.lock` or a branch's for a moment; one that outlasts this was left behind. */
const SHARED_PATIENCE_MS = 3000;

/** What a transaction moves, and what it holds in place. */
export interface TransactionContent {
  readonly changes: readonly RefChange[];
  readonly verify: readonly RefChange[];
  /** The one branch that may be among them; null for none. */
  readonly branch: string | null;
}

/** The file that says which ref locks may be ours. */
export class TransactionRecord {
  readonly #commonDir: string;
  readonly #path: string;

  constructor(commonDir: string) {
    this.#commonDir = commonDir;
    this.#path = join(commonDir, 'heddle', 'ref-transaction');
  }

  /** Durable on return. */
  write(pid: number | null, { changes, verify, branch }: TransactionContent): void {
    const git = pid === null ? undefined : identifyProcess(pid);
    // A git that is gone already holds no lock.
    if (git === undefined) return;
    const bytes = encodeCanonical({
      type: 'ref-transaction',
      ...(branch === null ? { v: 1 } : { v: 2, branch }),
      git: { ...git },
      refs: [...changes, ...verify].map(({ name }) => name).filter((name) => name !== branch),
      deletes: changes.some((change) => change.new === null),
    });
    replaceFile(this.#path, bytes);
  }

  remove(): void {
    removeIfThere(this.#path);
  }

  /** Removes the locks of a recorded git that is gone; returns their refs. Nothing where it still runs. */
  async removeStaleLocks(): Promise<readonly string[]> {
    const recorded = this.#read();
    if (recorded === undefined) {
      this.remove();
      return [];
    }
    if (!(await hasEnded(recorded.git))) return [];
    const removed = recorded.refs.filter((name) => removeLock(join(this.#commonDir, `${name}.lock`)));
    for (const name of sharedLocks(recorded)) if (await this.#removeSharedLock(name)) removed.push(name);
    this.remove();
    return removed;
  }

  /** Undefined where there is none, or none that heddle wrote. */
  #read(): Recorded | undefined {
    const bytes = readSmallFile(this.#path, LARGEST);
    if (bytes === undefined) return undefined;
    try {
      return parseRecord(bytes);
    } catch (error) {
      if (error instanceof HeddleError) return undefined;
      throw error;
    }
  }

  /** A lock that other programs take too: one of a live git is never taken away. */
  async #removeSharedLock(name: string): Promise<boolean> {
    const path = join(this.#commonDir, `${name}.lock`);
    const before = lockTime(path);
    const recorded = lockTime(this.#path);
    if (before === undefined || recorded === undefined || before < recorded - POLL_MS) return false;
    await sleep(SHARED_PATIENCE_MS);
    return lockTime(path) === before && removeLock(path);
  }
}

/** A branch that is checked out takes the lock of `HEAD` along, for its reflog. */
function sharedLocks({ branch, deletes }: Recorded): readonly string[] {
  const head = branch?.startsWith(BRANCH_REFS) === true ? ['HEAD'] : [];
  return [...(branch === null ? [] : [branch]), ...head, ...(deletes ? ['packed-refs'] : [])];
}

function parseRecord(bytes: Uint8Array): Recorded {
  const reader = new JsonReader(decodeCanonical(bytes, 'ref transaction', LARGEST), 'ref transaction');
  const branch = reader.has('branch') ? reader.string('branch') : null;
  reader.version('ref-transaction', branch === null ? 1 : 2);
  if (branch !== null && !isBranchRef(branch)) throw reader.invalid('names a branch that is none');
  const process = reader.object('git');
  const git: ProcessIdentity = {
    boot: process.string('boot'),
    place: process.string('place'),
    pid: process.integer('pid'),
    started: process.string('started'),
  };
  process.end();
  const refs = reader.strings('refs');
  const deletes = reader.json('deletes');
  reader.end();
  if (typeof deletes !== 'boolean') throw reader.invalid('has no proper deletes');
  if (!refs.every(isHeddleRef)) throw reader.invalid('names a ref that is not heddle’s');
  return { git, refs, branch, deletes };
}

async function hasEnded(git: ProcessIdentity): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (!isAlive(git)) return true;
    await sleep(POLL_MS);
  }
  return !isAlive(git);
}

function lockTime(path: string): number | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs);
}

function removeLock(path: string): boolean {
  return guardFiles(path, () => {
    try {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
      unlinkSync(path);
      return true;
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return false;
      throw cause;
    }
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
