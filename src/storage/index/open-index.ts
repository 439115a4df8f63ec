import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { DurableFiles, errnoCode, readBounded } from '#storage/durable-file.ts';
import type { IndexCoverage, IndexEntry, IndexSession, IndexTable } from '#ports/local-index.ts';
import { decodeSeal, encodeSeal, LARGEST_SEAL, type IndexSeal, type KeyedDigest } from './index-seal.ts';
import { isDirectory, isNothing, listLevelFiles, type LevelFile } from './level-files.ts';
import { IndexFailure, LevelStore, removeDatabase } from './level-store.ts';

/** Above so many table files a database is compacted; each piece of work leaves one more. */
const MOST_TABLES = 24;

/** Where one home's index of a clone is, and what it is sealed with. */
export interface IndexPlace {
  readonly directory: string;
  readonly keyed: KeyedDigest;
  readonly hasher: Hasher;
  /** For temporary files, on the same file system. */
  readonly temporary: string;
}

/** Looks at an index without opening it: whether every file is as this program left it. */
export function examineIndex(place: IndexPlace): IndexSeal | 'missing' | 'damaged' {
  if (!isDirectory(place.directory)) return isNothing(place.directory) ? 'missing' : 'damaged';
  try {
    const bytes = readBounded(sealPath(place), LARGEST_SEAL);
    const files = listLevelFiles(levelPath(place), place.hasher);
    if (bytes === undefined) return files === undefined ? 'missing' : 'damaged';
    const seal = decodeSeal(bytes, place.keyed);
    const found = files?.map(namedDigest).join('\n');
    return found === seal.files.join('\n') ? seal : 'damaged';
  } catch (error) {
    if (error instanceof HeddleError || errnoCode(error) !== undefined) return 'damaged';
    throw error;
  }
}

const NOTHING: IndexCoverage = { states: null, operations: null };

/**
 * One home's index, examined and opened at the first question, so that whoever only looks at its coverage does
 * not load LevelDB. The index lock is held from before it is made until after {@link OpenIndex.close}.
 */
export class OpenIndex implements IndexSession {
  readonly coverage: IndexCoverage;
  readonly #place: IndexPlace;
  #usable: boolean;
  #tables: number;
  #now: IndexCoverage;
  #entries: number;
  #store: LevelStore | undefined;

  constructor(place: IndexPlace) {
    const seal = examineIndex(place);
    this.#place = place;
    this.#usable = typeof seal === 'object';
    this.coverage = typeof seal === 'object' ? seal.coverage : NOTHING;
    this.#now = this.coverage;
    this.#entries = typeof seal === 'object' ? seal.entries : 0;
    this.#tables = typeof seal === 'object' ? seal.files.filter((file) => file.includes('.ldb ')).length : 0;
  }

  async find(table: IndexTable, beginning: string): Promise<readonly IndexEntry[]> {
    return (await this.#open()).find(table, beginning);
  }

  async extend<T extends IndexTable>(
    table: T,
    entries: readonly IndexEntry[],
    coverage: NonNullable<IndexCoverage[T]>,
  ): Promise<void> {
    await (await this.#open()).put(table, entries);
    this.#now = { ...this.#now, [table]: coverage };
    this.#entries += entries.length;
  }

  async clear(): Promise<void> {
    await this.#close();
    await this.#remove();
    this.#now = NOTHING;
    this.#entries = 0;
  }

  /** Closes what was opened, and seals it. Throws {@link IndexFailure}. */
  async close(): Promise<void> {
    if (this.#store === undefined) return;
    await this.#close();
    try {
      this.#seal();
    } catch (cause) {
      throw new IndexFailure('damaged', cause);
    }
  }

  /** Closes without sealing, after a failure, and removes what is damaged. Throws nothing. */
  async abandon(failure: unknown): Promise<void> {
    try {
      await this.#close();
      if (failure instanceof IndexFailure && failure.kind === 'damaged') await this.#remove();
    } catch (error) {
      // What cannot be removed does not fit its seal: it is not read either.
      if (!(error instanceof IndexFailure)) throw error;
    }
  }

  /** Throws what the file system says, and `FORMAT_INVALID` for what no reader would take. */
  #seal(): void {
    const files = listLevelFiles(levelPath(this.#place), this.#place.hasher);
    if (files === undefined) throw new Error('LevelDB left what it is not known to leave');
    const names = files.map(namedDigest);
    const bytes = encodeSeal(
      { coverage: this.#now, entries: this.#entries, files: names },
      this.#place.keyed,
    );
    // More heads than a seal can hold are scanned.
    decodeSeal(bytes, this.#place.keyed);
    new DurableFiles(this.#place.temporary).replaceSoftly(sealPath(this.#place), bytes);
  }

  async #remove(): Promise<void> {
    this.#usable = false;
    await removeIndex(this.#place.directory);
  }

  async #open(): Promise<LevelStore> {
    if (this.#store !== undefined) return this.#store;
    if (!this.#usable) await this.#remove();
    this.#store = await LevelStore.open(levelPath(this.#place));
    this.#usable = true;
    if (this.#tables > MOST_TABLES) await this.#store.compact();
    this.#tables = 0;
    return this.#store;
  }

  async #close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }
}

/** Removes a home's index, whatever stands there. Throws {@link IndexFailure} where another process has it open. */
export async function removeIndex(directory: string): Promise<void> {
  if (isDirectory(directory)) await removeDatabase(join(directory, 'level'));
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (cause) {
    throw new IndexFailure('unavailable', cause);
  }
}

function namedDigest({ name, digest }: LevelFile): string {
  return `${name} ${digest}`;
}

function sealPath({ directory }: IndexPlace): string {
  return join(directory, 'seal.json');
}

function levelPath({ directory }: IndexPlace): string {
  return join(directory, 'level');
}
