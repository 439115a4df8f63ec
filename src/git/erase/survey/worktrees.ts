import { readlinkSync } from 'node:fs';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Residue } from '#domain/results.ts';
import type { Erasable } from '#ports/removal.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import { isRealDirectory, type EraseGround } from '#git/erase/ground.ts';
import { Needles } from '#git/erase/needles.ts';
import { walkFiles, type WalkedFile } from '#git/erase/walk-files.ts';
import { guardFiles } from '#git/private-file.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';

/** Every file of every work tree, ignored and untracked ones too. */
export async function surveyWorktrees(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const { runner, places } = ground;
  const roots = (await new GitWorktrees(runner, places).list()).map(({ directory }) => directory);
  const others = new Set([...roots, places.commonDir]);
  const needles = Needles.inWorktrees(target);
  const residue: Residue[] = [];
  for (const root of roots) {
    if (!isRealDirectory(root)) continue;
    const enter = (relative: Buffer, path: Buffer): boolean =>
      relative.toString('latin1') !== '.git' && !others.has(path.toString());
    for (const file of walkFiles(root, enter)) {
      const note = findIn(file, target, needles);
      if (note === undefined) continue;
      const place = { place: 'worktree', where: escapePath(file.relative), owner: 'user' } as const;
      residue.push({ ...place, note: root === places.worktree ? note : `${note}, in ${root}` });
    }
  }
  return residue;
}

function findIn(file: WalkedFile, { contents }: Erasable, needles: Needles): string | undefined {
  if (file.kind === 'link') {
    const goal = guardFiles(file.path, () => readlinkSync(file.path, { encoding: 'buffer' }));
    return contents.some(({ bytes }) => goal.equals(bytes)) ? 'points to it' : undefined;
  }
  if (file.size < needles.shortest) return undefined;
  try {
    return searchRaw(file.path, needles).content ? 'holds it' : undefined;
  } catch (error) {
    // Whatever nobody can read cannot be called clean.
    if (error instanceof HeddleError && error.code === 'IO_FAILED') return 'cannot be read';
    throw error;
  }
}
