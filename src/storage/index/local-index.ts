import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { IndexReport, IndexSession, LocalIndex } from '#ports/local-index.ts';
import type { Clock, RandomBytes } from '#ports/platform.ts';
import { assertRealDirectories, guardIo, syncDirectory } from '#storage/durable-file.ts';
import { openLock } from '#storage/lock/lock.ts';
import { isDirectory } from './level-files.ts';
import { IndexFailure } from './level-store.ts';
import { examineIndex, OpenIndex, removeIndex, type IndexPlace } from './open-index.ts';

/*
 * `<common dir>/heddle/index/<replica>/`: a home's index of this clone, `level/` and `seal.json`. Who uses one, or
 * removes them all, holds the lock `<common dir>/heddle/index/lock`, made as the repository's is. It is never held
 * while another lock is waited for.
 */

/** Shorter than many a scan takes. */
const WAIT_MS = 400;
const DESTROY_WAIT_MS = 20_000;

export interface LocalIndexOptions {
  readonly commonDir: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly hasher: Hasher;
  /** This home's identity in this clone, where it has one: nothing is made for the sake of an index. */
  readonly identity: () => Promise<ReplicaIdentity | undefined>;
  /** How long to wait for another process; 400 ms unless given. */
  readonly waitMs?: number;
}

/** Opens a clone's local index; touches nothing until it is used. */
export function openLocalIndex(options: LocalIndexOptions): LocalIndex {
  return new DiskLocalIndex(options);
}

class DiskLocalIndex implements LocalIndex {
  readonly #options: LocalIndexOptions;
  readonly #root: string;

  constructor(options: LocalIndexOptions) {
    this.#options = options;
    this.#root = join(options.commonDir, 'heddle', 'index');
  }

  async use<T>(work: (session: IndexSession) => Promise<T>): Promise<T | undefined> {
    const place = await this.#findPlace();
    if (place === undefined) return undefined;
    try {
      return await this.#exclusively(this.#options.waitMs ?? WAIT_MS, () => useOpen(place, work));
    } catch (error) {
      // No lock to be had, or none in a directory that cannot be written: whoever asks scans.
      if (error instanceof NotEntered) return undefined;
      throw error;
    }
  }

  async inspect(): Promise<IndexReport> {
    const place = await this.#findPlace();
    if (place === undefined || !isDirectory(this.#root)) return { kind: 'missing' };
    try {
      return await this.#exclusively(this.#options.waitMs ?? WAIT_MS, async () => reportOf(place));
    } catch (error) {
      if (!(error instanceof NotEntered)) throw error;
      // Where nothing can be written, nobody writes beside the looking either.
      return error.cause.code === 'LOCK_HELD' ? { kind: 'locked' } : reportOf(place);
    }
  }

  async destroy(): Promise<void> {
    assertRealDirectories([this.#root]);
    if (!isDirectory(this.#root)) return;
    try {
      await this.#exclusively(DESTROY_WAIT_MS, () => this.#destroyAll());
    } catch (error) {
      throw error instanceof NotEntered ? error.cause : error;
    }
  }

  async #destroyAll(): Promise<void> {
    for (const name of readdirSync(this.#root)) {
      if (isLockFile(name)) continue;
      const path = join(this.#root, name);
      try {
        await removeIndex(path);
      } catch (cause) {
        throw notRemoved(path, cause);
      }
    }
    guardIo(this.#root, () => syncDirectory(this.#root));
  }

  async #findPlace(): Promise<IndexPlace | undefined> {
    const identity = await this.#findIdentity();
    if (identity === undefined) return undefined;
    const { commonDir, hasher } = this.#options;
    return {
      directory: join(this.#root, identity.replica),
      keyed: (bytes) => identity.keyed('index', bytes),
      hasher,
      temporary: join(commonDir, 'heddle', 'tmp'),
    };
  }

  /** A key file that is refused is for the verbs that need it to complain of. */
  async #findIdentity(): Promise<ReplicaIdentity | undefined> {
    try {
      return await this.#options.identity();
    } catch (error) {
      if (error instanceof HeddleError) return undefined;
      throw error;
    }
  }

  /** Throws {@link NotEntered} where the lock was not got, and what `work` throws. */
  async #exclusively<T>(waitMs: number, work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options;
    let entered = false;
    try {
      assertRealDirectories([this.#root]);
      return await openLock(this.#root, { clock, random, waitMs }).run(async () => {
        entered = true;
        return work();
      });
    } catch (error) {
      if (entered || !(error instanceof HeddleError)) throw error;
      throw new NotEntered(error);
    }
  }
}

class NotEntered extends Error {
  override readonly cause: HeddleError;

  constructor(cause: HeddleError) {
    super(cause.message);
    this.cause = cause;
  }
}

/** A failure of the index itself costs its answer; an error of the work goes on to whoever asked. */
async function useOpen<T>(
  place: IndexPlace,
  work: (session: IndexSession) => Promise<T>,
): Promise<T | undefined> {
  const index = new OpenIndex(place);
  try {
    const result = await work(index);
    await index.close();
    return result;
  } catch (error) {
    if (!(error instanceof IndexFailure)) {
      await index.close().catch((failure: unknown) => index.abandon(failure));
      throw error;
    }
    await index.abandon(error);
    return undefined;
  }
}

function reportOf(place: IndexPlace): IndexReport {
  const seal = examineIndex(place);
  if (typeof seal === 'string') return { kind: seal };
  return { kind: 'ready', coverage: seal.coverage, entries: seal.entries };
}

function isLockFile(name: string): boolean {
  return name === 'lock' || name.startsWith('lock.');
}

function notRemoved(path: string, cause: unknown): HeddleError {
  const locked = cause instanceof IndexFailure && cause.kind === 'locked';
  const why = locked ? 'another program has the local index open' : 'the local index cannot be removed';
  return new HeddleError(locked ? 'LOCK_HELD' : 'IO_FAILED', why, { facts: { path }, cause });
}
