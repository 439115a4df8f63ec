import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findClonePlace } from '#crypto/clone-place.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { preparedPlace } from '../run/place.ts';

/** A prepared directory that nobody else in this process has until it is given back. */
export interface Prepared {
  readonly path: string;
  readonly release: () => void;
}

const taken = new Map<string, Set<number>>();

/**
 * Gives the directory that `build` made and named, built once for all processes of a run. Repositories, keys and
 * tokens in it are the same for all who take it. So of those whom one process has at once each has one of its own: a
 * stranger's stage is a stranger's.
 */
export async function takePrepared(kind: string, build: () => Promise<string>): Promise<Prepared> {
  const numbers = taken.get(kind) ?? new Set<number>();
  taken.set(kind, numbers);
  let number = 0;
  while (numbers.has(number)) number += 1;
  numbers.add(number);
  const path = join(preparedPlace(), `${kind}-${number}`);
  if (!existsSync(path)) settle(await build(), path);
  return { path, release: () => numbers.delete(number) };
}

/** Where two processes build the same at once, the first wins, and both use what it built. */
function settle(built: string, path: string): void {
  try {
    renameSync(built, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
    rmSync(built, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Makes the clone that was copied to `commonDir` the one that these homes know. Their keys for it are bound to the
 * place that it was copied from: heddle would rightly take it for a copy, and go on under keys of its own.
 */
export async function rebindReplicas(commonDir: string, homes: readonly string[]): Promise<void> {
  const place = await findClonePlace(commonDir);
  for (const home of homes) {
    const directory = join(home, 'data', 'replicas');
    for (const name of existsSync(directory) ? readdirSync(directory) : []) {
      const file = join(directory, name);
      const bound = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | number>;
      writeFileSync(file, encodeCanonical({ ...bound, ...place }));
      chmodSync(file, 0o600);
    }
  }
}
