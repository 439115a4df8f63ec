import { realpathSync } from 'node:fs';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { DeepSearch } from '#git/erase/deep-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile } from '#git/erase/store/real-files.ts';
import { walkFiles } from '#git/erase/walk-files.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';

/** A link may lead to the whole disk. */
const MOST_BEHIND = 20_000;

/**
 * What links below the common directory lead to, outside of everything else that is looked through: packs on another
 * disk, a shared cache of resolutions. Looked into and told; nothing behind a link is touched.
 */
export async function surveyLinks(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const { commonDir } = ground.places;
  const links = [...walkFiles(commonDir)].filter(({ kind }) => kind === 'link');
  if (links.length === 0) return [];
  const within = await insides(ground);
  const search = new DeepSearch(ground, target);
  const residue: Residue[] = [];
  try {
    for (const { path, relative } of links) {
      const goal = goalOf(path);
      if (goal === undefined || within.some((root) => goal === root || goal.startsWith(`${root}/`))) continue;
      const note = await lookBehind(goal, search);
      if (note === undefined) continue;
      // How it is called may be the hash of what is in it.
      const where = escapePath(relative).replaceAll(/[0-9a-f]{38,}/g, '(id)');
      residue.push({ ...note, where, owner: 'user' });
    }
  } finally {
    await search.close();
  }
  return residue;
}

/** Directories that are looked through as they are. */
async function insides({ runner, places }: EraseGround): Promise<readonly string[]> {
  const worktrees = await new GitWorktrees(runner, places).list();
  return [places.commonDir, ...worktrees.map(({ directory }) => directory)].flatMap(
    (path) => goalOf(path) ?? [],
  );
}

function goalOf(path: string | Buffer): string | undefined {
  return guardFiles(path, () => {
    try {
      return realpathSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
      throw cause;
    }
  });
}

async function lookBehind(
  goal: string,
  search: DeepSearch,
): Promise<Pick<Residue, 'place' | 'note'> | undefined> {
  const found = { place: 'cache', note: 'leads out of the repository to a file that holds it' } as const;
  if (isRealFile(goal)) return (await search.finds(goal)) ? found : undefined;
  if (!isRealDirectory(goal)) return undefined;
  let seen = 0;
  for (const { kind, path } of walkFiles(goal)) {
    seen += 1;
    if (seen > MOST_BEHIND) return { place: 'similar', note: 'leads to more files than were looked through' };
    if (kind === 'file' && (await search.finds(path))) return found;
  }
  return undefined;
}
