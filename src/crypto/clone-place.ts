import { realpathSync, statSync } from 'node:fs';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';

/** What tells a clone from its copies. */
export interface ClonePlace {
  /** Real path of the common directory, escaped. */
  readonly path: string;
  readonly device: string;
  readonly inode: string;
}

/** The same, and what tells it from another one that was made in its place. */
interface BornPlace extends ClonePlace {
  /** Time of birth, in nanoseconds. */
  readonly born: string;
}

/** Where a common directory really lies. Throws `IO_FAILED` where there is none. */
export async function findClonePlace(commonDir: string): Promise<ClonePlace> {
  const { path, device, inode } = findBornPlace(commonDir);
  return Promise.resolve({ path, device, inode });
}

/** The same at once, as it takes a few microseconds. Throws `IO_FAILED` where there is none. */
export function findBornPlace(commonDir: string): BornPlace {
  try {
    const path = realpathSync.native(commonDir, { encoding: 'buffer' });
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return {
      path: escapePath(path),
      device: dev.toString(),
      inode: ino.toString(),
      born: birthtimeNs.toString(),
    };
  } catch (cause) {
    throw new HeddleError('IO_FAILED', `${commonDir} cannot be found`, { facts: { path: commonDir }, cause });
  }
}
