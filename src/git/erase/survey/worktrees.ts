import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { DeepSearch } from '#git/erase/deep-search.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory } from '#git/erase/store/real-files.ts';
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
  const residue: Residue[] = roots.filter((directory) => !isRealDirectory(directory)).map(toldGone);
  for (const root of roots.filter((directory) => isRealDirectory(directory))) {
    const told = (note: string): string => (root === places.worktree ? note : `${note}, in ${root}`);
    const nested: Buffer[] = [];
    const enter = (relative: Buffer, path: Buffer): boolean => {
      if (relative.toString('latin1') === '.git' || others.has(path.toString())) return false;
      if (isRepository(path.toString())) nested.push(relative);
      return true;
    };
    const files = await findInFiles(ground, walkFiles(root, enter), target);
    const holding: string[] = [];
    for (const relative of nested) {
      const note = await searchRepository(ground, join(root, relative.toString()), target);
      if (note === undefined) continue;
      holding.push(`${relative.toString('latin1')}/`);
      residue.push({ place: 'submodule', where: escapePath(relative), owner: 'user', note: told(note) });
    }
    for (const { relative, note } of files) {
      // The repository that it is in was named already.
      if (holding.some((repository) => relative.toString('latin1').startsWith(repository))) continue;
      residue.push({ place: 'worktree', where: escapePath(relative), owner: 'user', note: told(note) });
    }
  }
  return residue;
}

/** It was removed, or moved without git: where to, nothing here knows. */
function toldGone(root: string): Residue {
  const note =
    'a work tree was here; where it was moved, run `git worktree repair` in it, and the purge again';
  return { place: 'similar', where: escapePath(Buffer.from(root)), owner: 'user', note };
}

async function findInFiles(
  ground: EraseGround,
  files: Iterable<WalkedFile>,
  target: Erasable,
): Promise<readonly { readonly relative: Buffer; readonly note: string }[]> {
  const needles = Needles.inWorktrees(target);
  const deep = new DeepSearch(ground, target);
  const found: { readonly relative: Buffer; readonly note: string }[] = [];
  let done = 0;
  try {
    for (const file of files) {
      done += 1;
      ground.tell?.('looking through work trees', done, null);
      const note = findIn(file, target, needles) ?? (await findInside(file, deep));
      if (note !== undefined) found.push({ relative: file.relative, note });
    }
  } finally {
    await deep.close();
  }
  return found;
}

/** What somebody packed: a bundle of another clone, a compressed copy. */
async function findInside({ kind, path }: WalkedFile, deep: DeepSearch): Promise<string | undefined> {
  return kind === 'file' && (await deep.findsInside(path)) ? 'holds it, compressed' : undefined;
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
