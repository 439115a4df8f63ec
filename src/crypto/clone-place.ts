import { realpath, stat } from 'node:fs/promises';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';

/** What tells a clone from its copies. */
export interface ClonePlace {
  /** Real path of the common directory, escaped. */
  readonly path: string;
  readonly device: string;
  readonly inode: string;
}

/** Where a common directory really lies. Throws `IO_FAILED` where there is none. */
export async function findClonePlace(commonDir: string): Promise<ClonePlace> {
  try {
    const path = await realpath(commonDir, { encoding: 'buffer' });
    const { dev, ino } = await stat(path, { bigint: true });
    return { path: escapePath(path), device: dev.toString(), inode: ino.toString() };
  } catch (cause) {
    throw new HeddleError('IO_FAILED', `${commonDir} cannot be found`, { facts: { path: commonDir }, cause });
  }
}
