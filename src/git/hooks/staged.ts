import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, ObjectReader, TreeChange } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { diffIndex } from '#git/diff/diff-index.ts';
import { EMPTY_TREE, isObjectId } from '#git/objects/hash.ts';
import { readPlainHead } from '#git/refs/plain-head.ts';
import { compareTrees } from '#git/plain/compare-trees.ts';
import type { GitRunner } from '#git/run.ts';
import { readCachedTree } from '#git/worktree/index/cached-tree.ts';

interface Ground {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  /** Reads plain objects without git, where there are such. */
  readonly objects: ObjectReader | undefined;
}

const LARGEST_COMMIT = 1024 * 1024;

/** What is checked out: the branch as a ref, and the commit. From the files where they are plain; else git is asked. */
export async function readHead({ runner, places }: Pick<Ground, 'runner' | 'places'>): Promise<{
  readonly branch: string | null;
  readonly commit: ObjectId | null;
}> {
  const { branch, commit } = readPlainHead(places);
  return { branch, commit: commit ?? (await askHead(runner)) };
}

async function askHead(runner: GitRunner): Promise<ObjectId | null> {
  const { stdout } = await runner.run({
    args: ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'],
    accept: [1],
  });
  const id = stdout.toString('latin1').trim();
  if (id === '') return null;
  if (!isObjectId(id)) throw unexpectedAnswer('rev-parse');
  return id;
}

/**
 * What an index holds that the commit which is checked out does not: git names another index to a hook while it commits
 * only some paths.
 */
export async function stagedChanges(
  ground: Ground,
  indexFile: string | null,
): Promise<readonly TreeChange[]> {
  const { commit } = await readHead(ground);
  const path = indexFile ?? join(ground.places.gitDir, 'index');
  return (
    (await plainChanges(ground, commit, path)) ??
    diffIndex(ground.runner, { from: commit, indexFile: indexFile })
  );
}

/**
 * By the tree that git wrote into the index, without a git: before it runs `pre-commit` it does so, and afterwards commits
 * what is noted there. Undefined where git is to be asked.
 */
async function plainChanges(
  { objects }: Ground,
  commit: ObjectId | null,
  indexFile: string,
): Promise<readonly TreeChange[] | undefined> {
  const after = objects !== undefined && isFile(indexFile) ? readCachedTree(indexFile) : undefined;
  if (objects === undefined || after === undefined) return undefined;
  const before = commit === null ? EMPTY_TREE : await treeOfCommit(objects, commit);
  return before === undefined ? undefined : compareTrees(objects, before, after);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function treeOfCommit(objects: ObjectReader, commit: ObjectId): Promise<ObjectId | undefined> {
  const found = await objects.read(commit, LARGEST_COMMIT);
  return found?.kind === 'commit' ? parseCommitLinks(found.content)?.tree : undefined;
}
