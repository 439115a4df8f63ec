import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { HEDDLE_REFS, isThreadHead, SNAPSHOT_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { findOperations } from '#git/erase/reach/operations.ts';
import { listOperations, listWorktreeRefs } from '#git/erase/reach/pseudo-refs.ts';
import { readStashes } from '#git/erase/steps/stash.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES } from '#git/run.ts';

/** A ref that names an object itself. */
export interface RootRef {
  readonly name: string;
  readonly id: ObjectId;
  readonly kind: string;
}

/** What keeps Git's history, and is rewritten, or has to be out of the way. */
export interface Roots {
  /** All but symbolic ones, stashes, and those of single worktrees. */
  readonly refs: readonly RootRef[];
  /** HEADs that name a commit, each as a ref transaction in the common directory calls it. */
  readonly heads: readonly (RootRef & { readonly gitDir: string })[];
  readonly stashes: readonly ObjectId[];
  /** What unfinished operations and refs of single worktrees name. */
  readonly needed: readonly {
    readonly kind: 'operation' | 'worktree-ref';
    readonly where: string;
    readonly ids: readonly ObjectId[];
  }[];
}

const STASH = 'refs/stash';

/** A ref of heddle's whose commits no rewriting may touch: it holds signed records, and no state. */
export function isForeign(ref: string): boolean {
  return ref.startsWith(HEDDLE_REFS) && !isThreadHead(ref) && !ref.startsWith(SNAPSHOT_REFS);
}

const OF_WORKTREE = /^refs\/(?:bisect|worktree|rewritten)\//;

/** Reads everything that history is reached from. */
export async function readRoots(ground: EraseGround): Promise<Roots> {
  const operations = listOperations(ground, await findOperations(ground));
  const own = listWorktreeRefs(ground);
  return {
    refs: await readRefs(ground),
    heads: detachedHeads(ground),
    stashes: readStashes(ground).ids,
    needed: [
      ...operations.map(({ where, ids }) => ({ kind: 'operation' as const, where, ids })),
      ...own.map(({ where, ids }) => ({ kind: 'worktree-ref' as const, where, ids })),
    ],
  };
}

/** Those of these ids that are commits, for git to begin from. */
export async function keepCommits(
  { runner }: EraseGround,
  ids: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const all = [...new Set(ids)];
  if (all.length === 0) return [];
  const git = new CatFile(runner);
  try {
    const headers = await git.headers(all);
    return all.filter((_, index) => headers[index]?.kind === 'commit');
  } finally {
    await git.close();
  }
}

async function readRefs({ runner }: EraseGround): Promise<readonly RootRef[]> {
  const { stdout } = await runner.run({
    // No ref's name holds a space, nor a line feed.
    args: ['for-each-ref', '--format=%(objecttype) %(objectname) %(refname) %(symref)'],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [kind = '', id = '', name = '', symref = ''] = line.split(' ');
      const skipped = name === '' || symref !== '' || name === STASH || OF_WORKTREE.test(name);
      return skipped ? [] : [{ name, id, kind }];
    });
}

function detachedHeads(ground: EraseGround): Roots['heads'] {
  return listGitDirs(ground).flatMap((gitDir) => {
    const path = join(gitDir, 'HEAD');
    const id = isRealFile(path) ? guardFiles(path, () => readFileSync(path, 'latin1')).trim() : '';
    const name = relative(ground.places.commonDir, path);
    return isObjectId(id) ? [{ name, id, kind: 'commit', gitDir }] : [];
  });
}
