import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import { assertRealDirectories, DurableFiles, guardIo, readBounded } from './durable-file.ts';

/** Some hundred thousand grants. */
const LARGEST = 64 * 1024 * 1024;

/** Opens `<common dir>/heddle/<name>/<replica>.json`; nothing is created by opening. */
export function openHomeCache(
  commonDir: string,
  name: 'authority' | 'lines' | 'states' | 'verdicts' | 'verified',
): HomeCache {
  const root = join(commonDir, 'heddle', name);
  const files = new DurableFiles(join(commonDir, 'heddle', 'tmp'));
  return {
    isEmpty: async () =>
      !existsSync(root) || (orNothing(() => guardIo(root, () => readdirSync(root))) ?? []).length === 0,
    read: async (replica) => orNothing(() => readBounded(join(root, `${replica}.json`), LARGEST)),
    write: async (replica, bytes) => {
      if (bytes.length > LARGEST) return;
      orNothing(() => {
        assertRealDirectories([root]);
        // What a crash leaves of it is not believed.
        files.replaceSoftly(join(root, `${replica}.json`), bytes);
      });
    },
  };
}

/** What only saves time stands in nobody's way. */
function orNothing<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error: unknown) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
