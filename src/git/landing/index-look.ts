import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import type { FollowStep, RepositoryPlaces } from '#ports/repository.ts';
import type { Setting } from '#git/environment.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import { EMPTY_TREE, NO_OBJECT } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { parseRawDiff, type RawChange } from '#git/diff/raw-diff.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { IndexCopy } from '#git/worktree/index/private-index.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { rawPathKey } from './path-key.ts';

type Step = Omit<FollowStep, 'place'>;
type Args = readonly [string, ...string[]];

/** How git writes the mode of what is not there. */
export const NO_MODE = '000000';

/** Questions about one work tree, by way of indexes in a scratch directory. */
export class IndexLook {
  readonly #runner: GitRunner;
  readonly #directory: string;
  readonly #settings: readonly Setting[];

  constructor(
    runner: GitRunner,
    { copy, settings }: { readonly copy: IndexCopy; readonly settings: readonly Setting[] },
  ) {
    this.#runner = runner;
    this.#directory = copy.directory;
    this.#settings = settings;
  }

  /** Makes an index that holds a tree and knows which files are as there. */
  async indexOf(name: string, tree: ObjectId | null): Promise<string> {
    const index = join(this.#directory, `index-${name}`);
    await this.#run(index, tree === null ? ['read-tree', '--empty'] : ['read-tree', tree]);
    await this.refresh(index);
    return index;
  }

  async refresh(index: string): Promise<void> {
    await this.#run(index, ['update-index', '-q', '--refresh'], { accept: [1] });
  }

  /** Files that are not as the index has them, by path; what nobody knows is not among them. */
  async filesDiffering(index: string): Promise<ReadonlyMap<string, RawChange>> {
    const found = await this.#raw(index, ['diff-files', ...RAW, '--ignore-submodules=dirty']);
    return new Map(found.map((change) => [rawPathKey(change.path), change]));
  }

  /** Paths at which the user's index differs from a tree. */
  async staged(tree: ObjectId | null): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = await this.#raw(null, ['diff-index', '--cached', ...RAW, tree ?? EMPTY_TREE, '--']);
    return new Map(found.map(({ path }) => [rawPathKey(path), path]));
  }

  async changes(from: ObjectId | null, to: ObjectId | null): Promise<readonly RawChange[]> {
    return this.#raw(null, ['diff-tree', '-r', ...RAW, from ?? EMPTY_TREE, to ?? EMPTY_TREE, '--']);
  }

  /** Puts into the index what of these changes is in the files already. */
  async take(index: string, done: readonly RawChange[]): Promise<void> {
    if (done.length === 0) return;
    await this.putEntries(
      index,
      done.map(({ newMode, newId, path }) => ({
        path,
        entry: newMode === NO_MODE ? NO_ENTRY : `${newMode} ${newId}`,
      })),
    );
    await this.refresh(index);
  }

  /** Puts entries into the index, each as git lists it: mode, id, and a stage where it has one. */
  async putEntries(
    index: string,
    entries: readonly { readonly path: Uint8Array; readonly entry: string }[],
  ): Promise<void> {
    if (entries.length === 0) return;
    const lines = entries.map(({ path, entry }) =>
      Buffer.concat([Buffer.from(`${entry}\t`), path, Buffer.from([0])]),
    );
    await this.#run(index, ['update-index', '-z', '--index-info'], { stdin: lines });
  }

  /** Whether git would refuse, and write nothing. */
  async rehearse(index: string, { filesFrom, filesTo }: Step): Promise<boolean> {
    const { code } = await this.#run(index, ['read-tree', '-n', ...moving(filesFrom, filesTo)], {
      accept: [1, 128],
    });
    return code !== 0;
  }

  async moveFiles(index: string, from: ObjectId | null, to: ObjectId | null): Promise<void> {
    await this.#run(index, ['read-tree', ...moving(from, to)]);
  }

  async #raw(index: string | null, args: Args): Promise<readonly RawChange[]> {
    const { stdout } = await this.#run(index, args);
    return parseRawDiff(splitRecords(stdout), args[0]);
  }

  #run(
    index: string | null,
    args: Args,
    more: Pick<Parameters<GitRunner['run']>[0], 'accept' | 'stdin'> = {},
  ): ReturnType<GitRunner['run']> {
    return this.#runner.run({
      args,
      ...(index === null ? {} : { indexFile: index }),
      settings: this.#settings,
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
      ...more,
    });
  }
}

/** What takes an entry out, in all its stages. */
export const NO_ENTRY = `0 ${NO_OBJECT}`;

const RAW = ['-z', '--raw', '--no-abbrev', '--no-renames'] as const;

function moving(from: ObjectId | null, to: ObjectId | null): readonly string[] {
  return ['-m', '-u', from ?? EMPTY_TREE, to ?? EMPTY_TREE];
}

/** Puts an index in the place of a worktree's own, in one step, under git's own lock. */
export async function installIndex(
  { gitDir, commonDir }: Pick<RepositoryPlaces, 'gitDir' | 'commonDir'>,
  { directory }: Pick<IndexCopy, 'directory'>,
  index: string,
): Promise<void> {
  const target = join(gitDir, 'index');
  const ready = join(directory, 'ready');
  const scratchDir = join(commonDir, 'heddle', 'erase');
  guardFiles(ready, () => copyFileSync(index, ready));
  await withGitLock({ scratchDir }, target, () => guardFiles(target, () => renameSync(ready, target)));
}
