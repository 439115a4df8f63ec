import { linkSync, lstatSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { ensureDirectory, errnoCode, guardIo, unlessMissing } from '#storage/durable-file.ts';
import { encodeHolder, isGone, readLock, type FoundLock, type LockHolder } from './lock-record.ts';

/*
 * In `<common dir>/heddle`:
 *
 *   lock                the holder
 *   lock.own.<nonce>    complete record of a process that wants the lock, to be linked or renamed
 *   lock.take.<nonce>   who may take over from the dead process that had this nonce
 *
 * Why two processes never hold it. `lock` appears by link(2), which fails where it exists, and changes only
 * by a takeover. The right to take over from dead D is the one file `lock.take.D`; if its owner A dies too,
 * the right is `lock.take.A`, and so on. The dead change nothing any more, so a claim that is read again
 * after its owner was seen dead stays; only a live holder clears claims, and then `lock` is its own: whoever
 * still holds an old claim finds that D no longer stands in `lock` and gives up. Nonces are never used twice.
 */

const LONGEST_CHAIN = 1000;
const OWN = 'lock.own.';
const TAKE = 'lock.take.';
const OLD_MS = 60_000;

/** `retry`: the files changed while they were looked at. */
export type LockAttempt =
  | { readonly kind: 'held' }
  | { readonly kind: 'blocked'; readonly by: LockHolder }
  | { readonly kind: 'retry' };

/** One process's try for the lock in a directory. Nothing here waits. */
export class LockFiles {
  readonly lockPath: string;
  readonly #directory: string;
  readonly #me: LockHolder;
  readonly #ownPath: string;

  constructor(directory: string, me: LockHolder) {
    this.#directory = directory;
    this.lockPath = join(directory, 'lock');
    this.#me = me;
    this.#ownPath = join(directory, OWN + me.nonce);
  }

  /** Tries once: takes a free lock or a dead holder's. */
  attempt(): LockAttempt {
    return guardIo(this.lockPath, () => {
      this.#writeOwn();
      if (this.#linkOwn(this.lockPath)) return this.#cleared();
      const found = readLock(this.lockPath);
      if (found === undefined) return { kind: 'retry' };
      if (found.holder !== undefined && !isGone(found)) return { kind: 'blocked', by: found.holder };
      return this.#takeOver(found);
    });
  }

  /** Gives the lock back, if it is still this process's. */
  release(): void {
    guardIo(this.lockPath, () => {
      if (readLock(this.lockPath)?.nonce === this.#me.nonce) unlinkSync(this.lockPath);
    });
  }

  /** Takes away what waiting left; the lock itself stays. */
  forget(): void {
    guardIo(this.#ownPath, () => unlessMissing(() => unlinkSync(this.#ownPath)));
  }

  #takeOver(dead: FoundLock): LockAttempt {
    const claim = this.#claim(dead.nonce);
    if (typeof claim !== 'string') return claim;
    let won = false;
    try {
      won = readLock(this.lockPath)?.nonce === dead.nonce;
      if (won) renameSync(this.#ownPath, this.lockPath);
    } catch (error) {
      won = false;
      if (errnoCode(error) !== 'ENOENT') throw error;
    } finally {
      if (!won) unlessMissing(() => unlinkSync(claim));
    }
    return won ? this.#cleared() : { kind: 'retry' };
  }

  /** Path of the claim that was won, at the end of the chain of dead claimers; or who is in the way. */
  #claim(deadNonce: string): string | LockAttempt {
    let nonce = deadNonce;
    for (let length = 0; length < LONGEST_CHAIN; length += 1) {
      const path = join(this.#directory, TAKE + nonce);
      if (this.#linkOwn(path)) return path;
      const claimer = readLock(path);
      if (claimer === undefined) return { kind: 'retry' };
      if (claimer.holder !== undefined && !isGone(claimer)) return { kind: 'blocked', by: claimer.holder };
      // It may have withdrawn between the reading and its death: only what still stands now stays.
      if (readLock(path)?.nonce !== claimer.nonce) return { kind: 'retry' };
      nonce = claimer.nonce;
    }
    return { kind: 'retry' };
  }

  #writeOwn(): void {
    const isThere = unlessMissing(() => lstatSync(this.#ownPath)) !== undefined;
    if (isThere) return;
    ensureDirectory(this.#directory);
    writeFileSync(this.#ownPath, encodeHolder(this.#me), { flag: 'wx' });
  }

  #linkOwn(path: string): boolean {
    try {
      linkSync(this.#ownPath, path);
      return true;
    } catch (error) {
      const code = errnoCode(error);
      // ENOENT: somebody cleared the own file away; the next try writes it anew.
      if (code === 'EEXIST' || code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Clears what the dead left. Only ever called by the holder: see above. */
  #cleared(): LockAttempt {
    try {
      this.forget();
      clearLeftovers(this.#directory, lstatSync(this.lockPath).mtimeMs - OLD_MS);
    } catch (error) {
      // Leftovers cost space, never correctness; the lock is held either way.
      if (!(error instanceof HeddleError) && errnoCode(error) === undefined) throw error;
    }
    return { kind: 'held' };
  }
}

function clearLeftovers(directory: string, before: number): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (name.startsWith(TAKE)) unlessMissing(() => unlinkSync(path));
    else if (name.startsWith(OWN)) clearOld(path, before);
  }
}

/** Young files are let be: most belong to processes that wait, and one may be half written. */
function clearOld(path: string, before: number): void {
  const stat = unlessMissing(() => lstatSync(path));
  if (stat === undefined || stat.mtimeMs > before) return;
  const found = readLock(path);
  if (found !== undefined && isGone(found)) unlessMissing(() => unlinkSync(path));
}
