import { join } from 'node:path';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile } from '#git/erase/store/real-files.ts';

/** Each stands in a Git directory while an operation is in progress there, and goes with it. */
const MARKS = ['MERGE_HEAD', 'BISECT_LOG', 'NOTES_MERGE_PARTIAL'] as const;
const MARK_DIRECTORIES = ['rebase-merge', 'rebase-apply', 'sequencer', 'NOTES_MERGE_WORKTREE'] as const;
/** These stay behind, too, where a single commit was picked and nothing of it was left to commit. */
const PICKS = ['CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const;

/** The Git directories in which something is unfinished. */
export type Operations = ReadonlySet<string>;

/** Looks for merges, rebases, picks, reverts, bisections and merges of notes that are not finished. */
export async function findOperations(ground: EraseGround): Promise<Operations> {
  const found = new Set<string>();
  for (const gitDir of listGitDirs(ground)) {
    const marked =
      MARKS.some((name) => isRealFile(join(gitDir, name))) || operationDirectories(gitDir).length > 0;
    if (marked || (await isPicking(ground, gitDir))) found.add(gitDir);
  }
  return found;
}

/** Directories in which an operation keeps what it needs. */
export function operationDirectories(gitDir: string): readonly string[] {
  return MARK_DIRECTORIES.filter((name) => isRealDirectory(join(gitDir, name)));
}

async function isPicking({ runner }: EraseGround, gitDir: string): Promise<boolean> {
  if (!PICKS.some((name) => isRealFile(join(gitDir, name)))) return false;
  const { code } = await runner.withGitDir(gitDir).run({
    args: ['diff-index', '--cached', '--quiet', '--ignore-submodules', 'HEAD', '--'],
    accept: [1, 128],
  });
  return code !== 0;
}
