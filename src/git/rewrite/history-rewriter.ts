import { join } from 'node:path';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { HistoryRewriter, RewriteObstacle, RewriteReport, Rewriting } from '#ports/removal/rewriting.ts';
import { makeGround, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { installStashes } from '#git/erase/steps/stash.ts';
import { readSmallFile } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';
import { moveRefs, releaseRefLocks } from './move-refs.ts';
import { rewriteHistory, type RewrittenHistory } from './rewritten-history.ts';
import { isForeign, readRoots, type Roots } from './roots.ts';

const LARGEST_LIST = 64 * 1024 * 1024;

/** Opens what rewrites Git's own history: raw objects, so that all that is odd in a commit stays as it is. */
export function openHistoryRewriter(runner: GitRunner, places: RepositoryPlaces): HistoryRewriter {
  const ground = makeGround(runner, places);
  return {
    obstacles: (rewriting) => findObstacles(ground, rewriting),
    preview: async (rewriting) => {
      const roots = await readRoots(ground);
      return report(ground, roots, await rewriteHistory(ground, rewriting, { roots, trial: true }));
    },
    rewrite: async (rewriting, keep) => {
      await releaseRefLocks(ground);
      const roots = await readRoots(ground);
      const history = await rewriteHistory(ground, rewriting, { roots, trial: false });
      const refs = history.moved.map(({ before, id }) => ({ name: before.name, old: before.id, new: id }));
      if (history.replaced.size > 0) await keep({ commits: history.replaced, refs });
      const told = await report(ground, roots, history);
      await moveRefs(ground, history.moved);
      await installStashes(ground, history);
      return { report: told, files: history.files };
    },
  };
}

async function findObstacles(ground: EraseGround, rewriting: Rewriting): Promise<readonly RewriteObstacle[]> {
  const settled = [...incomplete(ground), ...(await promised(ground))];
  // What is not all here cannot be gone through.
  if (settled.length > 0) return settled;
  const roots = await readRoots(ground);
  const { replaced, moved } = await rewriteHistory(ground, rewriting, { roots, trial: true });
  const needed = roots.needed.filter(({ ids }) => ids.some((id) => replaced.has(id)));
  const foreign = moved.filter(({ name }) => isForeign(name));
  return [
    ...needed.map(({ kind, where }) => ({ kind, where })),
    ...foreign.map(({ name }) => ({ kind: 'heddle-ref' as const, where: name })),
  ];
}

function incomplete({ places: { commonDir } }: EraseGround): readonly RewriteObstacle[] {
  const files = [
    ['shallow', 'shallow'],
    ['grafts', 'info/grafts'],
  ] as const;
  return files.flatMap(([kind, where]) => {
    const path = join(commonDir, where);
    const bytes = isRealFile(path) ? readSmallFile(path, LARGEST_LIST) : undefined;
    const isEmpty = bytes === undefined || !/^[0-9a-f]/m.test(Buffer.from(bytes).toString('latin1'));
    return isEmpty ? [] : [{ kind, where }];
  });
}

async function promised({ runner }: EraseGround): Promise<readonly RewriteObstacle[]> {
  const { stdout } = await runner.run({
    args: [
      'config',
      '--name-only',
      '--get-regexp',
      String.raw`^(remote\..*\.promisor|extensions\.partialclone)$`,
    ],
    accept: [1],
  });
  return stdout.length === 0 ? [] : [{ kind: 'partial', where: 'config' }];
}

async function report(
  { runner, places }: EraseGround,
  { heads, stashes }: Roots,
  history: RewrittenHistory,
): Promise<RewriteReport> {
  const { replaced, moved, commits, notes, signedCommits, unsigned, signedTags, masked } = history;
  const detached = new Set(heads.map(({ name }) => name));
  const names = new Set(moved.map(({ before }) => before.name));
  const worktrees: { readonly directory: string; readonly ref: string | null }[] = [];
  for (const { directory, gitDir } of await new GitWorktrees(runner, places).list()) {
    const head = heads.find((one) => one.gitDir === gitDir);
    if (head !== undefined && names.has(head.name)) worktrees.push({ directory, ref: null });
    const ref = Buffer.from(readSmallFile(join(gitDir, 'HEAD'), LARGEST_LIST) ?? [])
      .toString('utf8')
      .replace(/^ref: (.*)\n?$/, '$1');
    if (head === undefined && names.has(ref)) worktrees.push({ directory, ref });
  }
  return {
    commits,
    refs: [...names].filter((name) => !detached.has(name)).toSorted(),
    worktrees,
    stashes: stashes.filter((id) => replaced.has(id)).length,
    notes,
    signedCommits,
    unsigned,
    signedTags: [...new Set(signedTags)].toSorted(),
    masked,
  };
}
