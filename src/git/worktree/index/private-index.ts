import { createHash, hash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { makeOwnDirectory } from '#git/own-directory.ts';
import type { Setting } from '#git/environment.ts';
import { failedWith, guardFiles, makePrivateDirectory, removeIfThere } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';

/*
 * <git dir>/heddle/worktree.index            what git last knew of the work tree for heddle
 * <git dir>/heddle/scan-…/   one process's copy, while it works on it
 *
 * What it names is stored. Of a work tree that is looked at aside there is another one, with what lies there.
 *
 * Git replaces an index by rename and never writes into one, so a copy is a hard link: it costs nothing and
 * keeps the time stamp that Git needs to tell which entries may have changed in the same moment ("racy").
 * A killed scan leaves the index as it was, and no lock.
 */

export interface IndexSeed {
  /** What an index that does not exist yet begins as; null for an empty one. */
  readonly tree: ObjectId | null;
  readonly settings: readonly Setting[];
}

/** A scratch directory with a private copy of the index in it. */
export interface IndexCopy {
  readonly indexFile: string;
  readonly directory: string;
}

/** File name of a worktree's own index, in `<git dir>/heddle`. */
const PRIVATE_INDEX = 'worktree.index';

/** heddle's own index of one work tree. The user's index is read, never written. */
export class PrivateIndex {
  readonly #runner: GitRunner;
  readonly #gitDir: string;
  readonly #directory: string;
  readonly #stored: string;
  readonly #path: string;

  /** @param aside a directory for what may name objects that are not stored; null where all of them are. */
  constructor(runner: GitRunner, { gitDir }: RepositoryPlaces, aside: string | null = null) {
    this.#runner = runner;
    this.#gitDir = gitDir;
    this.#directory = join(gitDir, 'heddle');
    this.#stored = join(this.#directory, PRIVATE_INDEX);
    this.#path = aside === null ? this.#stored : join(aside, `index-${nameOf(gitDir)}`);
  }

  /** Works on a copy and puts it in place when `work` is through; where it throws, the index stays as it was. */
  async update<T>(seed: IndexSeed, work: (copy: IndexCopy) => Promise<T>): Promise<T> {
    return this.borrow(async (copy) => {
      if (!this.#copyTo(copy.indexFile)) await this.#seed(seed, copy.indexFile);
      const result = await work(copy);
      guardFiles(this.#path, () => renameSync(copy.indexFile, this.#path));
      return result;
    });
  }

  /** Works on a copy that is thrown away: what is found is not remembered, and may name what is stored nowhere. */
  async look<T>(seed: IndexSeed, work: (copy: IndexCopy) => Promise<T>): Promise<T> {
    return this.borrow(async (copy) => {
      if (!this.#copyTo(copy.indexFile)) await this.#seed(seed, copy.indexFile);
      return work(copy);
    });
  }

  /** Works in a scratch directory, with a copy of the index if there is one, and throws both away. */
  async borrow<T>(work: (copy: IndexCopy) => Promise<T>): Promise<T> {
    const directory = makeOwnDirectory(this.#directory, 'scan-');
    try {
      return await work({ directory, indexFile: join(directory, 'index') });
    } finally {
      removeIfThere(directory);
    }
  }

  /** The index's path, for reading alone. */
  get path(): string {
    return existsSync(this.#path) ? this.#path : this.#stored;
  }

  /** Forgets the index: the next scan begins from its seed. */
  discard(): void {
    removeIfThere(this.#path);
    removeIfThere(this.#stored);
  }

  /** What was learned aside counts from now on: all that it names is stored. */
  keep(): void {
    if (this.#path === this.#stored || !existsSync(this.#path)) return;
    guardFiles(this.#stored, () => renameSync(this.#path, this.#stored));
  }

  #copyTo(indexFile: string): boolean {
    if (copyIntact(this.#path, indexFile)) return true;
    return this.#path !== this.#stored && copyIntact(this.#stored, indexFile);
  }

  /** Takes over the index that git made by a checkout, so that the next scan need not read every file. */
  adopt(): void {
    makePrivateDirectory(this.#directory);
    const temporary = join(this.#directory, `${PRIVATE_INDEX}.adopted`);
    removeIfThere(temporary);
    if (!copyIndex(join(this.#gitDir, 'index'), temporary)) return;
    guardFiles(this.#stored, () => renameSync(temporary, this.#stored));
  }

  /**
   * The seed's entries; what the user's index knows of files that are the same there spares reading them again.
   * Nothing else of it counts: neither staged content nor what it says of files to look away from.
   */
  async #seed({ tree, settings }: IndexSeed, indexFile: string): Promise<void> {
    const run = (...args: readonly string[]): Promise<unknown> =>
      this.#runner.run({ args: ['read-tree', ...args], indexFile, settings, deadlineMs: LONG_DEADLINE_MS });
    if (tree === null) {
      await run('--empty');
      return;
    }
    if (copyIntact(join(this.#gitDir, 'index'), indexFile)) {
      try {
        await run('--reset', tree);
        await this.#clearFlags(indexFile);
        return;
      } catch (error) {
        // An index that git cannot read must not stop a capture: it is the user's, and only a help here.
        if (!(error instanceof HeddleError) || error.code === 'DISK_FULL') throw error;
        removeIfThere(indexFile);
        removeIfThere(`${indexFile}.lock`);
      }
    }
    await run(tree);
  }

  /** Entries marked as unchanged or as absent would hide what is really there. */
  async #clearFlags(indexFile: string): Promise<void> {
    const { stdout } = await this.#runner.run({
      args: ['ls-files', '-v', '-z'],
      indexFile,
      maxOutputBytes: LARGE_OUTPUT_BYTES,
    });
    const flagged = splitRecords(stdout).filter((record) => !record.subarray(0, 2).equals(USUAL_TAG));
    if (flagged.length === 0) return;
    const stdin = flagged.map((record) => Buffer.concat([record.subarray(2), NUL]));
    for (const flag of ['--no-assume-unchanged', '--no-skip-worktree']) {
      await this.#runner.run({ args: ['update-index', flag, '-z', '--stdin'], indexFile, stdin });
    }
  }
}

/** Two Git directories of one clone may be called the same. */
function nameOf(gitDir: string): string {
  return hash('sha1', gitDir, 'hex');
}

const USUAL_TAG = Buffer.from('H ');
const NUL = Buffer.from([0]);

/**
 * Copies an index whose checksum is right; false where there is none. Git itself does not check, and would
 * take a flipped byte for another file's content.
 */
function copyIntact(from: string, to: string): boolean {
  if (!copyIndex(from, to)) return false;
  if (guardFiles(to, () => isIntact(readFileSync(to)))) return true;
  removeIfThere(to);
  return false;
}

function isIntact(content: Buffer): boolean {
  const end = content.length - CHECKSUM_BYTES;
  return (
    end > 0 && createHash('sha1').update(content.subarray(0, end)).digest().equals(content.subarray(end))
  );
}

const CHECKSUM_BYTES = 20;

/** False where there is nothing to copy. */
function copyIndex(from: string, to: string): boolean {
  return guardFiles(from, () => {
    try {
      linkSync(from, to);
      return true;
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return false;
      if (!failedWith(cause, 'EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK', 'EACCES')) throw cause;
      return copyWithTime(from, to);
    }
  });
}

function copyWithTime(from: string, to: string): boolean {
  const { atime, mtimeMs } = statSync(from);
  copyFileSync(from, to);
  // Earlier than the truth is safe: git then reads a few more files than it must.
  utimesSync(to, atime, (Math.floor(mtimeMs) - 1) / 1000);
  return true;
}
