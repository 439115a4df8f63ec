import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level } from 'level';
import type { IndexEntry, IndexTable } from '#ports/local-index.ts';
import { isDirectory, isFileOrMissing } from './level-files.ts';

/**
 * Why a database gives no answer. `locked` and `unavailable`: nothing is wrong with its files. `damaged`: it has
 * to be made anew.
 */
export class IndexFailure extends Error {
  readonly kind: 'locked' | 'unavailable' | 'damaged';

  constructor(kind: IndexFailure['kind'], cause: unknown) {
    super(`the local index is ${kind}`, { cause });
    this.kind = kind;
  }
}

/** Nobody looks at more: a beginning of so many ids is ambiguous. */
const MOST_FOUND = 1000;
/** Sorts after every letter of an id. */
const AFTER = '~';

/** A LevelDB database that is open. One process has it at a time. Methods throw {@link IndexFailure}. */
export class LevelStore {
  readonly #database: Level;

  private constructor(database: Level) {
    this.#database = database;
  }

  /**
   * Opens a database, or makes it. LevelDB ends the process where it meets some kinds of damage: the caller has
   * made sure that the files are as this program left them.
   */
  static async open(directory: string): Promise<LevelStore> {
    const Database = await loadLevel();
    return guard(async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const database = new Database(directory);
      await database.open();
      return new LevelStore(database);
    });
  }

  find(table: IndexTable, beginning: string): Promise<readonly IndexEntry[]> {
    const from = keyOf(table, beginning);
    return guard(async () => {
      const found = await this.#database.iterator({ gte: from, lt: from + AFTER, limit: MOST_FOUND }).all();
      return found.map(([key, value]) => ({ key: key.slice(keyOf(table, '').length), value }));
    });
  }

  /** Puts all or nothing. */
  put(table: IndexTable, entries: readonly IndexEntry[]): Promise<void> {
    const operations = entries.map(
      ({ key, value }) => ({ type: 'put', key: keyOf(table, key), value }) as const,
    );
    return guard(() => this.#database.batch(operations));
  }

  /** Brings everything into few files; a database that is only ever opened briefly never does so by itself. */
  compact(): Promise<void> {
    return guard(() => this.#database.compactRange('', AFTER));
  }

  close(): Promise<void> {
    return guard(() => this.#database.close());
  }
}

/**
 * Removes a database, whatever its files hold: none of them is read. Throws {@link IndexFailure} where another
 * process has it open: its lock file is never taken from under it.
 */
export async function removeDatabase(directory: string): Promise<void> {
  // What leads elsewhere is nobody's database, nor its lock.
  if (isDirectory(directory) && isFileOrMissing(join(directory, 'LOCK'))) await removeUnlocked(directory);
  await guard(() => rm(directory, { recursive: true, force: true }));
}

async function removeUnlocked(directory: string): Promise<void> {
  try {
    const Database = await loadLevel();
    await Database.destroy(directory);
  } catch (cause) {
    // It takes the lock first: whatever else fails, nobody has it open. Nor has anybody where it cannot be loaded.
    if (isLocked(cause)) throw new IndexFailure('locked', cause);
  }
}

function keyOf(table: IndexTable, key: string): string {
  return `${table}!${key}`;
}

/** Loaded late: that alone takes half as long as a short command. Not every platform has its native part. */
async function loadLevel(): Promise<typeof Level> {
  try {
    return (await import('level')).Level;
  } catch (cause) {
    throw new IndexFailure('unavailable', cause);
  }
}

async function guard<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new IndexFailure(isLocked(cause) ? 'locked' : 'damaged', cause);
  }
}

/** The package says it of the failure itself where it removes, and of its cause where it opens. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'LEVEL_LOCKED') || isLocked(error.cause);
}
