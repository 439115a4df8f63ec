import { readdirSync } from 'node:fs';
import { guardFiles } from '#git/private-file.ts';
import { lookAt } from './walk-files.ts';

const SLASH = 0x2f;

/**
 * Of the paths of new files those where something stands that nobody knows of, an ignored file say: at the path, above
 * it, or below it where it is a directory. No link is followed.
 */
export function findInTheWay(
  root: string,
  paths: readonly Uint8Array[],
  known: ReadonlySet<string>,
): readonly Uint8Array[] {
  const isKnown = (path: Buffer): boolean => known.has(path.toString('latin1'));
  return paths.filter((path) => isBlocked(Buffer.from(`${root}/`), Buffer.from(path), isKnown));
}

function isBlocked(root: Buffer, path: Buffer, isKnown: (path: Buffer) => boolean): boolean {
  for (let slash = path.indexOf(SLASH); slash !== -1; slash = path.indexOf(SLASH, slash + 1)) {
    const above = path.subarray(0, slash);
    const stat = lookAt(Buffer.concat([root, above]));
    if (stat === undefined) return false;
    if (!stat.isDirectory()) return !isKnown(above);
    // A repository of its own: git writes nothing into it.
    if (lookAt(Buffer.concat([root, above, Buffer.from('/.git')])) !== undefined) return true;
  }
  return holdsUnknown(root, path, isKnown);
}

function holdsUnknown(root: Buffer, path: Buffer, isKnown: (path: Buffer) => boolean): boolean {
  const absolute = Buffer.concat([root, path]);
  const stat = lookAt(absolute);
  if (stat === undefined) return false;
  if (!stat.isDirectory()) return !isKnown(path);
  const names = guardFiles(absolute, () => readdirSync(absolute, { encoding: 'buffer' }));
  return names.some((name) => holdsUnknown(root, Buffer.concat([path, Buffer.from('/'), name]), isKnown));
}
