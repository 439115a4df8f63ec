import { existsSync, lstatSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Worktrees } from '#ports/worktree/worktrees.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { namedGitDirectory, settlePlaces } from '#git/places.ts';
import { failedWith, guardFiles, readSmallFile, removeIfThere } from '#git/private-file.ts';
import type { Setting } from '#git/environment.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readSettings } from '#git/settings.ts';
import { PrivateIndex } from './index/private-index.ts';
import { letWorktreesDiffer, readSharedSettings, requireLetting, writeOwnSettings } from './own-settings.ts';
import { splitRecords } from './records.ts';

/** Linked worktrees, made and unmade by git. Directories are compared with symbolic links resolved. */
export class GitWorktrees implements Omit<Worktrees, 'open'> {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  async requireFree(directory: string): Promise<string> {
    const stat = guardFiles(directory, () => lstatUnlessMissing(directory));
    const free = stat === undefined || (stat.isDirectory() && isEmpty(directory));
    if (!free) throw taken(directory, 'the directory for the worktree is not empty');
    const path = settled(directory);
    const registered = this.#registrations().some((found) => found.directory === path);
    if (registered) throw taken(directory, 'the directory is a worktree already');
    await requireLetting(this.#runner, this.#places.commonDir);
    return path;
  }

  async add(directory: string, commit: ObjectId | null): Promise<RepositoryPlaces> {
    if (commit !== null && !isObjectId(commit)) {
      throw new HeddleError('FORMAT_INVALID', 'not a Git object id', {
        facts: { name: commit.slice(0, 200) },
      });
    }
    await this.requireFree(directory);
    this.#removeBroken(basename(directory));
    const { commonDir } = this.#places;
    const differs = await letWorktreesDiffer(this.#runner, commonDir);
    const start = commit ?? (await this.#writeEmptyCommit());
    await this.#runner.run({
      args: ['worktree', 'add', '--quiet', '--detach', '--no-checkout', '--', resolve(directory), start],
    });
    const worktree = settled(directory);
    const linked = this.#runner.at(worktree);
    const gitDir = namedGitDirectory(worktree) ?? worktree;
    // Read where they are to count: some files are included in certain worktrees alone.
    if (differs) writeOwnSettings({ gitDir, commonDir }, await readSharedSettings(linked, commonDir));
    if (commit === null) await this.#makeUnborn(linked, basename(directory));
    return settlePlaces({ ...this.#places, worktree, gitDir });
  }

  async materialise(places: RepositoryPlaces, tree: ObjectId): Promise<void> {
    if (!isObjectId(tree)) {
      throw new HeddleError('FORMAT_INVALID', 'not a Git object id', { facts: { name: tree.slice(0, 200) } });
    }
    const occupied = guardFiles(places.worktree, () => readdirSync(places.worktree)).some(
      (name) => name !== '.git',
    );
    if (occupied) throw taken(places.worktree, 'the work tree is not empty');
    const runner = this.#runner.at(places.worktree);
    const { overrides } = await readSettings(runner);
    // What an index has already would not be written. A worktree just made has none.
    if (existsSync(join(places.gitDir, 'index'))) await runner.run({ args: ['read-tree', '--empty'] });
    await runner.run({
      args: ['read-tree', '-m', '-u', tree],
      settings: [...overrides, ...SEVERAL_WRITERS],
      deadlineMs: LONG_DEADLINE_MS,
    });
    new PrivateIndex(runner, places).adopt();
  }

  async remove(directory: string): Promise<void> {
    const found = this.#registrations().find((candidate) => candidate.directory === settled(directory));
    if (found === undefined) return;
    try {
      await this.#runner.run({
        args: ['worktree', 'remove', '--force', '--force', '--', found.directory],
        deadlineMs: LONG_DEADLINE_MS,
      });
    } catch (error) {
      // Git does not take away what it left half made itself.
      if (!(error instanceof HeddleError) || error.code !== 'GIT_FAILED') throw error;
      removeHalfMade(found);
    }
  }

  async list(): Promise<readonly { readonly directory: string; readonly gitDir: string }[]> {
    const main = await this.#findMain();
    return [...(main === undefined ? [] : [main]), ...this.#registrations()];
  }

  async find(directory: string): Promise<Registration | undefined> {
    const linked = this.#registrations().find((found) => found.directory === directory);
    if (linked !== undefined || !existsSync(join(directory, '.git'))) return linked;
    const main = await this.#findMain();
    return main?.directory === directory ? main : undefined;
  }

  async #findMain(): Promise<Registration | undefined> {
    const { stdout } = await this.#runner.run({ args: ['worktree', 'list', '--porcelain', '-z'] });
    const records = splitRecords(stdout).map((record) => record.toString('utf8'));
    const first = records.slice(0, records.indexOf(''));
    const directory = first[0]?.replace(/^worktree /, '');
    if (directory === undefined || first.includes('bare')) return undefined;
    return { directory: settled(directory), gitDir: this.#places.commonDir };
  }

  /** What Git's own files say: `worktrees/<id>/gitdir` holds the path of the worktree's `.git`. */
  #registrations(): readonly Registration[] {
    const found: Registration[] = [];
    for (const gitDir of this.#registrationDirectories()) {
      const link = readSmallFile(join(gitDir, 'gitdir'), LONGEST_LINK);
      if (link === undefined) continue;
      const text = new TextDecoder().decode(link).replace(/\n$/, '');
      found.push({ directory: settled(dirname(resolve(gitDir, text))), gitDir });
    }
    return found;
  }

  #registrationDirectories(): readonly string[] {
    const parent = join(this.#places.commonDir, 'worktrees');
    return guardFiles(parent, () => {
      try {
        return readdirSync(parent).map((id) => join(parent, id));
      } catch (cause) {
        if (failedWith(cause, 'ENOENT')) return [];
        throw cause;
      }
    });
  }

  /** A git killed at its first step leaves a registration without a directory, which no git takes away. */
  #removeBroken(name: string): void {
    for (const gitDir of this.#registrationDirectories()) {
      const ours = basename(gitDir).replace(/\d*$/, '') === name.replace(/\d*$/, '');
      const locked = readSmallFile(join(gitDir, 'locked'), LONGEST_LINK);
      const initialising =
        locked !== undefined && new TextDecoder().decode(locked).startsWith('initializing');
      const nowhere = readSmallFile(join(gitDir, 'gitdir'), LONGEST_LINK) === undefined;
      if (ours && initialising && nowhere) removeIfThere(gitDir);
    }
  }

  /** Git before 2.42 adds no worktree without a commit; this one is forgotten at once. */
  async #writeEmptyCommit(): Promise<ObjectId> {
    const batch = new GitObjectWriter(this.#runner).batch();
    const tree = batch.addTree([]);
    const person = 'heddle <heddle> 0 +0000';
    const commit = batch.add(
      'commit',
      utf8(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nempty\n`),
    );
    await batch.write();
    return commit;
  }

  async #makeUnborn(linked: GitRunner, name: string): Promise<void> {
    const stem = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'heddle';
    for (let number = 1; ; number += 1) {
      const branch = `refs/heads/${number === 1 ? stem : `${stem}-${number}`}`;
      const { code } = await linked.run({
        args: ['show-ref', '--verify', '--quiet', branch],
        accept: [1, 128],
      });
      if (code === 0) continue;
      await linked.run({ args: ['symbolic-ref', 'HEAD', branch] });
      return;
    }
  }
}

/** Git writes many files in several processes, where it is as new as 2.32; those with filters it writes in one. */
const SEVERAL_WRITERS: readonly Setting[] = [
  ['checkout.workers', '3'],
  ['checkout.thresholdForParallelism', '1000'],
];

interface Registration {
  readonly directory: string;
  readonly gitDir: string;
}

const LONGEST_LINK = 8192;

/** Resolves symbolic links as far as there is anything. */
export function settled(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : join(settled(parent), basename(absolute));
  }
}

function isEmpty(directory: string): boolean {
  return guardFiles(directory, () => readdirSync(directory)).length === 0;
}

function lstatUnlessMissing(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (failedWith(cause, 'ENOTDIR')) throw taken(path, 'the directory for the worktree lies inside a file');
    throw cause;
  }
}

/** Takes away a registration, and of its directory what git had made so far: an empty one, or its `.git` link. */
function removeHalfMade({ directory, gitDir }: Registration): void {
  guardFiles(directory, () => {
    const names = lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(directory)
      : undefined;
    const link = lstatSync(join(directory, '.git'), { throwIfNoEntry: false });
    const ours = link === undefined || link.isFile();
    if (ours && names !== undefined && names.every((name) => name === '.git')) {
      removeIfThere(join(directory, '.git'));
      rmdirSync(directory);
    }
  });
  removeIfThere(gitDir);
}

function taken(path: string, message: string): HeddleError {
  return new HeddleError('OUTPUT_EXISTS', message, { facts: { path }, preserved: 'nothing was changed' });
}
