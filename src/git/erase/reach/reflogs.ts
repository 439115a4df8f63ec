import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory } from '#git/erase/store/real-files.ts';
import { walkFiles } from '#git/erase/walk-files.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

/*
 * A reflog, <git dir>/logs/<ref>, has a line for each change: <old id> SP <new id> SP <who and when> [TAB <message>] LF
 */

/** One file of reflogs; its ref may be gone. */
export interface Reflog {
  readonly gitDir: string;
  /** Ref in raw bytes, `HEAD` included. */
  readonly ref: Buffer;
  readonly path: Buffer;
}

/** One line, whole, with its newline. */
export interface ReflogLine {
  readonly raw: Buffer;
  /** Undefined where the line is not of the usual form. */
  readonly ids: { readonly old: ObjectId; readonly new: ObjectId } | undefined;
}

/** The reflogs of all refs and of every worktree's HEAD. */
export function listReflogs(ground: EraseGround): readonly Reflog[] {
  return listGitDirs(ground).flatMap((gitDir) => {
    const root = join(gitDir, 'logs');
    if (!isRealDirectory(root)) return [];
    return [...walkFiles(root)]
      .filter(({ kind, relative }) => kind === 'file' && !relative.toString('latin1').endsWith('.lock'))
      .map(({ relative, path }) => ({ gitDir, ref: relative, path }));
  });
}

/** Tells whether a reflog is the list of stashes. */
export function isStashLog({ ref }: Reflog): boolean {
  return ref.toString('latin1') === 'refs/stash';
}

/** Lines of a reflog; none where it is gone. */
export function readReflog(path: string | Buffer): readonly ReflogLine[] {
  const bytes = guardFiles(path, () => {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return Buffer.alloc(0);
      throw cause;
    }
  });
  return [...splitLines(bytes)];
}

function* splitLines(bytes: Buffer): Generator<ReflogLine> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const raw = bytes.subarray(start, end);
    const match = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) /.exec(
      raw.toString('latin1', 0, 130),
    );
    yield {
      raw,
      ids: match?.[1] === undefined || match[2] === undefined ? undefined : { old: match[1], new: match[2] },
    };
    start = end;
  }
}

/** Every id that a reflog's lines move from or to. */
export function idsOfLines(lines: readonly ReflogLine[]): readonly ObjectId[] {
  const ids = new Set(lines.flatMap((line) => (line.ids === undefined ? [] : [line.ids.old, line.ids.new])));
  return [...ids].filter((id) => !/^0+$/.test(id));
}
