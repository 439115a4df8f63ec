import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Residue } from '#domain/results.ts';
import type { Erasable } from '#ports/removal.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import { isRealDirectory, type EraseGround } from '#git/erase/ground.ts';
import { Needles } from '#git/erase/needles.ts';
import { walkFiles, type WalkedFile } from '#git/erase/walk-files.ts';
import { guardFiles } from '#git/private-file.ts';
import { isRepository, searchRepository } from './submodules.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';

/** Every file of every work tree, ignored and untracked ones too, and repositories that lie in one. */
export async function surveyWorktrees(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const { runner, places } = ground;
  const roots = (await new GitWorktrees(runner, places).list()).map(({ directory }) => directory);
  const others = new Set([...roots, places.commonDir]);
  const residue: Residue[] = [];
  for (const root of roots.filter((directory) => isRealDirectory(directory))) {
    const told = (note: string): string => (root === places.worktree ? note : `${note}, in ${root}`);
    const nested: Buffer[] = [];
    const enter = (relative: Buffer, path: Buffer): boolean => {
      if (relative.toString('latin1') === '.git' || others.has(path.toString())) return false;
      if (relative.toString('latin1').endsWith('/.git') && isRepository(path.toString()))
        nested.push(relative);
      return true;
    };
    for (const { relative, note } of findInFiles(walkFiles(root, enter), target)) {
      residue.push({ place: 'worktree', where: escapePath(relative), owner: 'user', note: told(note) });
    }
    for (const relative of nested) {
      const note = await searchRepository(ground, join(root, relative.toString()), target);
      if (note === undefined) continue;
      residue.push({ place: 'submodule', where: escapePath(relative), owner: 'user', note: told(note) });
    }
  }
  return residue;
}

function* findInFiles(
  files: Iterable<WalkedFile>,
  target: Erasable,
): Generator<{ readonly relative: Buffer; readonly note: string }> {
  const needles = Needles.inWorktrees(target);
  for (const file of files) {
    const note = findIn(file, target, needles);
    if (note !== undefined) yield { relative: file.relative, note };
  }
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
