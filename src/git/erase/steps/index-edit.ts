import { copyFileSync, linkSync, lstatSync, renameSync, utimesSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { failedWith, guardFiles, removeIfThere } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, type GitCall } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';

const ATTEMPTS = 10;

/** A copy of one worktree's index that git may write. */
export interface IndexDraft {
  /** Runs git on the copy; its records, split at NULs. */
  run(args: GitCall['args'], stdin?: Uint8Array): Promise<readonly Buffer[]>;
}

/**
 * Changes a worktree's own index: git writes a copy, whole (never a split one), and the copy takes the index's place
 * under Git's lock, unless somebody else wrote the index meanwhile; then all is done again.
 *
 * @param edit false: nothing has to change.
 */
export async function editIndex(
  ground: EraseGround,
  gitDir: string,
  edit: (draft: IndexDraft) => Promise<boolean>,
): Promise<boolean> {
  const path = join(gitDir, 'index');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (!isRealFile(path)) return false;
    const copy = join(ground.scratchDir, 'index');
    const before = copyIndex(path, copy);
    if (before === undefined) continue;
    try {
      if (!(await edit(draftOf(ground, gitDir, copy)))) return false;
      if (await withGitLock(ground, path, () => install(copy, path, before))) return true;
    } finally {
      removeIfThere(copy);
      removeIfThere(`${copy}.lock`);
    }
  }
  throw new HeddleError('LOCK_HELD', 'another git keeps writing an index', { facts: { path } });
}

/** What git can read of an index without changing it. */
export function readIndex(ground: EraseGround, gitDir: string): IndexDraft {
  return draftOf(ground, gitDir, join(gitDir, 'index'));
}

function draftOf({ runner }: EraseGround, gitDir: string, indexFile: string): IndexDraft {
  return {
    run: async (args, stdin) => {
      const { stdout } = await runner.withGitDir(gitDir).run({
        args,
        indexFile,
        maxOutputBytes: LARGE_OUTPUT_BYTES,
        ...(stdin === undefined ? {} : { stdin }),
      });
      return splitRecords(stdout);
    },
  };
}

/**
 * Git replaces an index by rename and never writes into one, so a second name is a copy; it keeps the time stamp by
 * which git tells which entries may have changed in the same moment.
 */
function copyIndex(path: string, copy: string): Stats | undefined {
  return guardFiles(path, () => {
    const before = lstatSync(path, { throwIfNoEntry: false });
    if (before === undefined) return undefined;
    try {
      linkSync(path, copy);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return undefined;
      copyFileSync(path, copy);
      utimesSync(copy, before.atime, before.mtime);
    }
    return before;
  });
}

function install(copy: string, path: string, before: Stats): boolean {
  return guardFiles(path, () => {
    const now = lstatSync(path, { throwIfNoEntry: false });
    const same = now?.ino === before.ino && now.mtimeMs === before.mtimeMs && now.size === before.size;
    if (same) renameSync(copy, path);
    return same;
  });
}
