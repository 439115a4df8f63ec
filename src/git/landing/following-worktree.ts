import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { FollowStep, RepositoryPlaces } from '#ports/repository.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import { EMPTY_TREE, NO_OBJECT } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { parseRawDiff, type RawChange } from '#git/raw-diff.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readConversionSettings } from '#git/settings.ts';
import { findChanges } from '#git/worktree/changed-files.ts';
import { PrivateIndex, type IndexCopy } from '#git/worktree/private-index.ts';
import { splitRecords } from '#git/worktree/records.ts';
import type { Setting } from '#git/environment.ts';

type Step = Omit<FollowStep, 'place'>;
type Args = readonly [string, ...string[]];

const GONE = 'D';
const NO_MODE = '000000';

/**
 * A worktree that follows its branch. Everything is worked out in indexes of heddle's own; the user's index is replaced
 * at the end, in one step, under git's own lock.
 */
export class FollowingWorktree {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  readonly #index: PrivateIndex;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
    this.#index = new PrivateIndex(runner, places);
  }

  async differing(tree: ObjectId | null): Promise<readonly Uint8Array[]> {
    if (!existsSync(this.#places.worktree)) return [];
    const settings = await this.#settings();
    return this.#index.borrow(async (copy) => {
      const indexFile = await new Look(this.#runner, { copy, settings }).indexOf('from', tree);
      const { removed, written } = await findChanges({
        runner: this.#runner,
        places: this.#places,
        indexFile,
        settings,
        maxFileBytes: Number.MAX_SAFE_INTEGER,
      });
      return [...new Map([...removed, ...written].map((path) => [keyOf(path), path])).values()];
    });
  }

  async obstacles(step: Step): Promise<readonly Uint8Array[]> {
    const settings = await this.#settings();
    return this.#index.borrow(async (copy) => {
      const look = new Look(this.#runner, { copy, settings });
      const staged = await this.#staged(look, step);
      if (step.filesFrom === step.filesTo) return staged;
      const index = await look.indexOf('from', step.filesFrom);
      const changed = [...(await look.filesDiffering(index)).values()].map(({ path }) => path);
      if (changed.length + staged.length > 0) return [...staged, ...changed];
      const coming = await look.changes(step.filesFrom, step.filesTo);
      const refused = await look.rehearse(index, step);
      return refused ? coming.filter(({ oldMode }) => oldMode === NO_MODE).map(({ path }) => path) : [];
    });
  }

  async follow(step: Step): Promise<void> {
    const settings = await this.#settings();
    await this.#index.borrow(async (copy) => {
      const look = new Look(this.#runner, { copy, settings });
      let index = await look.indexOf('from', step.filesFrom);
      if (step.filesFrom !== step.filesTo) await this.#moveFiles(look, index, step);
      if (step.filesTo !== step.indexTo) index = await look.indexOf('final', step.indexTo);
      await look.refresh(index);
      await this.#install(copy, index);
    });
  }

  /** Files that are there already are left; those that are as before are git's to write; at any other it stops. */
  async #moveFiles(look: Look, index: string, { filesFrom, filesTo }: Step): Promise<void> {
    const before = await look.filesDiffering(index);
    const after = await look.filesDiffering(await look.indexOf('to', filesTo));
    const done: RawChange[] = [];
    const foreign: Uint8Array[] = [];
    for (const change of await look.changes(filesFrom, filesTo)) {
      const key = keyOf(change.path);
      const isThere = change.newMode === NO_MODE ? before.get(key)?.status === GONE : !after.has(key);
      const asBefore = change.oldMode === NO_MODE ? after.get(key)?.status === GONE : !before.has(key);
      if (isThere) done.push(change);
      else if (!asBefore) foreign.push(change.path);
    }
    if (foreign.length > 0) throw changedMeanwhile(this.#places, foreign);
    await look.take(index, done);
    await look.moveFiles(index, filesFrom, filesTo);
  }

  /** What somebody put into the index that is neither the branch's nor what stands in the files. */
  async #staged(look: Look, { indexFrom, filesFrom }: Step): Promise<readonly Uint8Array[]> {
    const fromBranch = await look.staged(indexFrom);
    if (fromBranch.size === 0 || indexFrom === filesFrom) return [...fromBranch.values()];
    const fromFiles = await look.staged(filesFrom);
    return [...fromBranch].flatMap(([key, path]) => (fromFiles.has(key) ? [path] : []));
  }

  async #install({ directory }: IndexCopy, index: string): Promise<void> {
    const target = join(this.#places.gitDir, 'index');
    const ready = join(directory, 'ready');
    const scratchDir = join(this.#places.commonDir, 'heddle', 'erase');
    guardFiles(ready, () => copyFileSync(index, ready));
    await withGitLock({ scratchDir }, target, () => guardFiles(target, () => renameSync(ready, target)));
  }

  async #settings(): Promise<readonly Setting[]> {
    return (await readConversionSettings(this.#runner)).overrides;
  }
}

/** Questions about one work tree, by way of indexes in a scratch directory. */
class Look {
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
    return new Map(found.map((change) => [keyOf(change.path), change]));
  }

  /** Paths at which the user's index differs from a tree. */
  async staged(tree: ObjectId | null): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = await this.#raw(null, ['diff-index', '--cached', ...RAW, tree ?? EMPTY_TREE, '--']);
    return new Map(found.map(({ path }) => [keyOf(path), path]));
  }

  async changes(from: ObjectId | null, to: ObjectId | null): Promise<readonly RawChange[]> {
    return this.#raw(null, ['diff-tree', '-r', ...RAW, from ?? EMPTY_TREE, to ?? EMPTY_TREE, '--']);
  }

  /** Puts into the index what of these changes is in the files already. */
  async take(index: string, done: readonly RawChange[]): Promise<void> {
    if (done.length === 0) return;
    const lines = done.map(({ newMode, newId, path }) => {
      const entry = newMode === NO_MODE ? `0 ${NO_OBJECT}` : `${newMode} ${newId}`;
      return Buffer.concat([Buffer.from(`${entry}\t`), path, Buffer.from([0])]);
    });
    await this.#run(index, ['update-index', '-z', '--index-info'], { stdin: lines });
    await this.refresh(index);
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

const RAW = ['-z', '--raw', '--no-abbrev', '--no-renames'] as const;

function moving(from: ObjectId | null, to: ObjectId | null): readonly string[] {
  return ['-m', '-u', from ?? EMPTY_TREE, to ?? EMPTY_TREE];
}

function keyOf(path: Uint8Array): string {
  return Buffer.from(path).toString('latin1');
}

function changedMeanwhile({ worktree }: RepositoryPlaces, paths: readonly Uint8Array[]): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', 'files of a worktree were changed while its branch moved', {
    facts: { worktree, paths: paths.slice(0, MOST_NAMED).map(escapePath) },
    preserved: 'the branch is where it was moved to; none of these files was written over',
  });
}

const MOST_NAMED = 20;
