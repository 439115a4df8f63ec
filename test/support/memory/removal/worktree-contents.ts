import { hashObject } from '#git/objects/hash.ts';
import type { WorktreeContents, WorktreeFile } from '#ports/removal.ts';
import { rawBytes } from '#usecases/manifest/change-tree.ts';
import type { MemoryFile } from '../files.ts';
import { PLACES } from '../worktrees.ts';

/** Looks into the one work tree that stands in a map of files. Nothing is filtered there. */
export function createMemoryContents(files: Map<string, MemoryFile>): WorktreeContents {
  const blobOf = (key: string): string | undefined => {
    const file = files.get(key);
    if (file === undefined || kindOf(file) === undefined) return undefined;
    return hashObject('blob', rawBytes(file.content));
  };
  const keyOf = ({ directory, path }: WorktreeFile): string =>
    directory === PLACES.worktree ? String.fromCharCode(...path) : '';
  return {
    async find(contents) {
      const wanted = new Set(contents.map(({ blob, kind }) => `${kind} ${blob}`));
      return [...files].flatMap(([key, file]) => {
        const blob = blobOf(key);
        if (blob === undefined || !wanted.has(`${kindOf(file) ?? ''} ${blob}`)) return [];
        return [{ directory: PLACES.worktree, path: rawBytes(key), blob }];
      });
    },
    blobAt: async (file) => blobOf(keyOf(file)),
    async replace(file, expected, bytes) {
      const key = keyOf(file);
      const found = files.get(key);
      if (found === undefined || blobOf(key) !== expected) return false;
      files.set(key, { ...found, content: String.fromCharCode(...bytes) });
      return true;
    },
  };
}

function kindOf({ mode }: MemoryFile): 'file' | 'symlink' | undefined {
  if (mode === '120000') return 'symlink';
  return mode.startsWith('100') ? 'file' : undefined;
}
