import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** One file or link below a directory. */
export interface WalkedFile {
  /** Absolute, in raw bytes. */
  readonly path: Buffer;
  /** Raw bytes, below the directory that was walked. */
  readonly relative: Buffer;
  readonly kind: 'file' | 'link';
  readonly size: number;
}

const SLASH = Buffer.from('/');

/**
 * Every file and link below a directory, in no particular order; no link is followed. What goes away meanwhile is
 * left out.
 *
 * @param enter tells whether to look into a directory.
 */
export function* walkFiles(
  root: string | Buffer,
  enter: (relative: Buffer, path: Buffer) => boolean = () => true,
): Generator<WalkedFile> {
  const start = Buffer.from(root);
  const pending: Buffer[] = [Buffer.alloc(0)];
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    const directory = below.length === 0 ? start : Buffer.concat([start, SLASH, below]);
    for (const name of list(directory)) {
      const relative = below.length === 0 ? name : Buffer.concat([below, SLASH, name]);
      const path = Buffer.concat([start, SLASH, relative]);
      const stat = look(path);
      if (stat?.isDirectory() === true) {
        if (enter(relative, path)) pending.push(relative);
      } else if (stat?.isFile() === true || stat?.isSymbolicLink() === true) {
        yield { path, relative, kind: stat.isFile() ? 'file' : 'link', size: stat.size };
      }
    }
  }
}

function list(directory: Buffer): readonly Buffer[] {
  return guardFiles(directory, () => {
    try {
      return readdirSync(directory, { encoding: 'buffer' });
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return [];
      throw cause;
    }
  });
}

function look(path: Buffer): Stats | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false }));
}
