import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { failedWith } from '#git/private-file.ts';
import { identityOf } from './work-trees.ts';

/** A file or link that a walk came by. */
export interface WalkedFile {
  /** Raw bytes, relative to the work tree. */
  readonly path: Buffer;
  readonly kind: 'file' | 'symlink';
  readonly size: number;
}

const SLASH = Buffer.from('/');
const GIT = Buffer.from('.git');

/**
 * Walks the files of a work tree, untracked and ignored ones too, one directory at a time. It follows no link, and
 * enters neither `.git`, nor the directories given by identity, nor a repository of its own (a submodule, a linked
 * worktree). What vanishes or may not be looked at is passed over.
 */
export function* walkFiles(directory: string, avoid: ReadonlySet<string>): Generator<WalkedFile> {
  const root = Buffer.from(`${directory}/`);
  const left: Buffer[] = [Buffer.alloc(0)];
  for (let below = left.pop(); below !== undefined; below = left.pop()) {
    const names = namesIn(Buffer.concat([root, below]));
    if (below.length > 0 && names.some((name) => name.equals(GIT))) continue;
    for (const name of names) {
      const path = Buffer.concat([below, name]);
      const stat = name.equals(GIT) ? undefined : lookAt(Buffer.concat([root, path]));
      if (stat === undefined) continue;
      if (stat.isFile()) yield { path, kind: 'file', size: stat.size };
      else if (stat.isSymbolicLink()) yield { path, kind: 'symlink', size: stat.size };
      else if (stat.isDirectory() && !avoid.has(identityOf(stat))) left.push(Buffer.concat([path, SLASH]));
    }
  }
}

function namesIn(directory: Buffer): readonly Buffer[] {
  try {
    return readdirSync(directory, { encoding: 'buffer' });
  } catch (cause) {
    if (failedWith(cause, ...PASSED_OVER)) return [];
    throw cause;
  }
}

/** What stands at a path, no link followed at its end; undefined for nothing, and for what may not be looked at. */
export function lookAt(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (failedWith(cause, ...PASSED_OVER)) return undefined;
    throw cause;
  }
}

const PASSED_OVER = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'ESTALE'] as const;
