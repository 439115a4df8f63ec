import { lstatSync, readdirSync } from 'node:fs';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** Tells whether a path is a directory itself, not a link to one: a link leads out of the repository. */
export function isRealDirectory(path: string): boolean {
  return guardFiles(path, () => lstatOrMissing(path)?.isDirectory() ?? false);
}

/** Tells whether a path is a file itself, not a link to one. */
export function isRealFile(path: string | Buffer): boolean {
  return guardFiles(path, () => lstatOrMissing(path)?.isFile() ?? false);
}

function lstatOrMissing(path: string | Buffer): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (failedWith(cause, 'ENOTDIR')) return undefined;
    throw cause;
  }
}

/** Names in a directory, in order; none where there is no such directory. */
export function listNames(directory: string): readonly string[] {
  return guardFiles(directory, () => {
    try {
      return readdirSync(directory).toSorted();
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return [];
      throw cause;
    }
  });
}
