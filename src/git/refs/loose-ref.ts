import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isObjectId } from '#git/objects/hash.ts';
import { failedWith, guardFiles, readSmallFile } from '#git/private-file.ts';

const LONGEST = 256;

/**
 * Reads a ref from the file that Git keeps for it. Undefined for whatever is not plainly an object id: no file
 * (the ref may be packed), a symbolic ref, damage, or a name that the file system spells differently. Then only
 * git knows.
 */
export function readLooseRef(commonDir: string, name: string): string | undefined {
  const path = join(commonDir, name);
  const content = readSmallFile(path, LONGEST);
  if (content === undefined) return undefined;
  const [id = '', ...rest] = new TextDecoder().decode(content).split('\n');
  if (rest.length !== 1 || rest[0] !== '' || !isObjectId(id)) return undefined;
  return isSpelledSo(path) ? id : undefined;
}

/** Where upper and lower case are one, a file answers to the name of another ref. */
function isSpelledSo(path: string): boolean {
  return guardFiles(path, () => {
    try {
      return realpathSync.native(path) === path;
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return false;
      throw cause;
    }
  });
}
