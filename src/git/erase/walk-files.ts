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
    for (const relative of list(start, below)) {
      const path = Buffer.concat([start, SLASH, relative]);
      const stat = look(path);
      if (stat?.isDirectory() === true && enter(relative, path)) pending.push(relative);
      const kind = kindOf(stat);
      if (stat !== undefined && kind !== undefined) yield { path, relative, kind, size: stat.size };
    }
  }
}

function kindOf(stat: Stats | undefined): WalkedFile['kind'] | undefined {
  if (stat?.isFile() === true) return 'file';
  return stat?.isSymbolicLink() === true ? 'link' : undefined;
}

/** Names in a directory, with the directory before them. */
function list(start: Buffer, below: Buffer): readonly Buffer[] {
  const [directory, prefix] =
    below.length === 0
      ? [start, below]
      : [Buffer.concat([start, SLASH, below]), Buffer.concat([below, SLASH])];
  return guardFiles(directory, () => {
    try {
      return readdirSync(directory, { encoding: 'buffer' }).map((name) => Buffer.concat([prefix, name]));
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return [];
      throw cause;
    }
  });
}

function look(path: Buffer): Stats | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false }));
}
