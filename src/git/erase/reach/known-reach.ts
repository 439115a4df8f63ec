import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, listNames } from '#git/erase/store/real-files.ts';
import type { IdSet } from '#git/erase/ids/id-numbers.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES } from '#git/run.ts';
import { findReachable } from './reachable.ts';

/**
 * Every object that refs, the HEADs and indexes of all worktrees, and `roots` reach, as {@link findReachable} tells it.
 * The same set again where nothing of that has changed since: objects never change, so what they reach does not.
 */
export async function reachableFrom(ground: EraseGround, roots: Iterable<ObjectId>): Promise<IdSet> {
  const asked = [...new Set(roots)];
  const sources = await hashSources(ground);
  const known = sources === undefined ? undefined : ground.reach.find(sources, asked);
  if (known !== undefined) return known;
  const reachable = await findReachable(ground, asked);
  // What moved while git looked may count in the answer or not.
  if (sources !== undefined && (await hashSources(ground)) === sources) {
    ground.reach.add({ sources, roots: new Set(asked), reachable });
  }
  return reachable;
}

/** All that git takes for roots by itself, and what bends history; undefined where refs are not kept in files. */
async function hashSources(ground: EraseGround): Promise<string | undefined> {
  const { runner, objectsDir, places } = ground;
  if (isRealDirectory(join(places.commonDir, 'reftable'))) return undefined;
  const { stdout } = await runner.run({
    args: ['for-each-ref', '--format=%(objectname) %(refname)'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  const hash = createHash('sha256').update(`${stdout.length}\n`).update(stdout);
  for (const gitDir of listGitDirs(ground)) {
    const shared = listNames(gitDir).filter((name) => name.startsWith('sharedindex.'));
    for (const name of ['HEAD', 'index', ...shared]) addFile(hash, join(gitDir, name));
  }
  for (const name of ['shallow', 'info/grafts']) addFile(hash, join(places.commonDir, name));
  addFile(hash, join(objectsDir, 'info', 'alternates'));
  return hash.digest('hex');
}

function addFile(hash: ReturnType<typeof createHash>, path: string): void {
  const bytes = guardFiles(path, () => {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return undefined;
      throw cause;
    }
  });
  hash.update(`${path}\0${bytes?.length ?? 'none'}\n`).update(bytes ?? '');
}
