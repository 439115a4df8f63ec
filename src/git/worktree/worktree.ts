import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { ReachedCommit } from '#domain/state/brought-commit.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type {
  RepositoryPlaces,
  ScanOptions,
  ScannedWorktree,
  UnfaithfulFile,
  WorktreeScan,
} from '#ports/repository.ts';
import { diffIndex } from '#git/diff/diff-index.ts';
import { FreshObjects } from '#git/aside/fresh-objects.ts';
import { findInTheWay } from '#git/contents/in-the-way.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readSettings, type RepositorySettings } from '#git/settings.ts';
import { readAttributes } from './attributes.ts';
import { readCachedTree } from './index/cached-tree.ts';
import { comingBlobs } from './coming-blobs.ts';
import { findChanges, type IndexChanges } from './changed-files.ts';
import { findUnfaithful } from './faithfulness.ts';
import { commitsSince } from './head-commits.ts';
import { findLeftOvers, without } from './left-overs.ts';
import { writeChangedTrees } from './index/index-trees.ts';
import { isMany, writeChanges, type IndexWrites } from './index/index-writes.ts';
import { PrivateIndex } from './index/private-index.ts';
import { changedMeanwhile, isIndexDamage, namedFile } from './what-git-said.ts';

/** A work tree as git sees it, through an index of heddle's own. */
export class GitWorktree implements ScannedWorktree {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  readonly #index: PrivateIndex;
  readonly #aside: string | null;

  /** @param aside where the runner's objects lie, if not in the store. */
  constructor(runner: GitRunner, places: RepositoryPlaces, aside: string | null = null) {
    this.#runner = runner;
    this.#places = places;
    this.#index = new PrivateIndex(runner, places, aside);
    this.#aside = aside;
  }

  /** Remembers what a scan found aside, once all of it is stored. */
  keepIndex(): void {
    this.#index.keep();
  }

  scan(options: ScanOptions): Promise<WorktreeScan> {
    return this.#again(() => this.#scanOnce(options));
  }

  changes(options: ScanOptions): Promise<readonly TreeChange[]> {
    return this.#again(() => this.#lookOnce(options));
  }

  async #again<T>(look: () => Promise<T>): Promise<T> {
    // Of what an attempt wrote that came to nothing, nothing is kept: nobody looked at it for secrets.
    const fresh = this.#aside === null ? undefined : new FreshObjects(join(this.#aside, 'objects'));
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        return await look();
      } catch (error) {
        if (left === 0 || !this.#mayPass(error)) throw error;
        fresh?.takeAway();
      }
    }
  }

  async unfaithful(paths: readonly Uint8Array[]): Promise<readonly UnfaithfulFile[]> {
    const settings = await readSettings(this.#runner);
    return this.#index.borrow(({ directory }) =>
      findUnfaithful(
        { runner: this.#runner, places: this.#places, indexFile: this.#index.path, directory, settings },
        paths,
      ),
    );
  }

  async advance(from: ObjectId, to: ObjectId): Promise<void> {
    const { overrides } = await readSettings(this.#runner);
    await this.#index.update({ tree: from, settings: overrides }, async ({ indexFile }) => {
      try {
        await this.#runner.run({
          args: ['read-tree', '-m', '-u', checkedId(from), checkedId(to)],
          indexFile,
          settings: overrides,
          deadlineMs: LONG_DEADLINE_MS,
        });
      } catch (error) {
        throw changedMeanwhile(error);
      }
    });
  }

  async inTheWay(paths: readonly Uint8Array[], known: ReadonlySet<string>): Promise<readonly Uint8Array[]> {
    return findInTheWay(this.#places.worktree, paths, known);
  }

  async headCommit(): Promise<ObjectId | null> {
    const { code, stdout } = await this.#runner.run({
      args: ['rev-parse', '--verify', '--quiet', 'HEAD'],
      accept: [1],
    });
    if (code !== 0) return null;
    return requireId(stdout, 'rev-parse');
  }

  async headBranch(): Promise<string | null> {
    const { code, stdout } = await this.#runner.run({
      args: ['symbolic-ref', '--quiet', 'HEAD'],
      accept: [1],
    });
    const name = stdout.toString('utf8').trimEnd();
    return code === 0 && name.startsWith(HEADS) ? name.slice(HEADS.length) : null;
  }

  commitsSince(known: readonly ObjectId[]): Promise<readonly ReachedCommit[]> {
    return commitsSince(this.#runner, this.#places, known);
  }

  #mayPass(error: unknown): boolean {
    if (isIndexDamage(error)) {
      // An index is a memory, not a record: git can see everything again.
      this.#index.discard();
      return true;
    }
    return error instanceof HeddleError && error.code === 'FILE_CHANGING';
  }

  async #scanOnce(options: ScanOptions): Promise<WorktreeScan> {
    // Read at each scan: a filter that somebody configures meanwhile must not run either.
    const settings = await readSettings(this.#runner);
    const { overrides } = settings;
    return this.#index.update({ tree: options.seed, settings: overrides }, async ({ indexFile }) => {
      const changes = await this.#findChanges(options, indexFile, overrides);
      // The seed is somebody's committed tree; of another one nobody knows whether it is still stored.
      if (isEmpty(changes) && options.seed !== null && readCachedTree(indexFile) === options.seed) {
        return { tree: options.seed };
      }
      await this.#take(options, changes, { indexFile, settings, stores: 'contents' });
      if (isMany(changes)) {
        await writeChangedTrees(this.#runner, indexFile, [...changes.removed, ...changes.written]);
      }
      const { stdout } = await this.#runner.run({
        args: ['write-tree'],
        indexFile,
        settings: overrides,
        deadlineMs: LONG_DEADLINE_MS,
      });
      return { tree: requireId(stdout, 'write-tree') };
    });
  }

  async #lookOnce(options: ScanOptions): Promise<readonly TreeChange[]> {
    const settings = await readSettings(this.#runner);
    const { overrides } = settings;
    return this.#index.look({ tree: options.seed, settings: overrides }, async ({ indexFile }) => {
      const changes = await this.#findChanges(options, indexFile, overrides);
      if (!isEmpty(changes)) await this.#take(options, changes, { indexFile, settings, stores: 'nothing' });
      else if (options.seed !== null && readCachedTree(indexFile) === options.seed) return [];
      return diffIndex(this.#runner, { from: options.seed, indexFile, settings: overrides });
    });
  }

  async #findChanges(
    { maxFileBytes, seed }: ScanOptions,
    indexFile: string,
    settings: RepositorySettings['overrides'],
  ): Promise<IndexChanges> {
    const search = { runner: this.#runner, places: this.#places, indexFile, settings, maxFileBytes };
    const [found, leftOvers] = await Promise.all([findChanges(search), findLeftOvers(search, seed)]);
    return without(found, leftOvers);
  }

  async #take(
    options: ScanOptions,
    changes: IndexChanges,
    index: Pick<IndexWrites, 'indexFile' | 'settings' | 'stores'>,
  ): Promise<void> {
    await this.#refuseLocalFilters(changes, index.indexFile, index.settings);
    await this.#examine(options, changes, index);
    try {
      await writeChanges({ runner: this.#runner, ...index }, changes);
    } catch (error) {
      throw namedFile(error);
    }
  }

  /** Before anything is written: a file that is refused must not be in the store for it. */
  async #examine(
    { examine }: ScanOptions,
    { written }: IndexChanges,
    index: { readonly indexFile: string; readonly settings: RepositorySettings },
  ): Promise<void> {
    if (examine === undefined) return;
    const blobs = await comingBlobs({ runner: this.#runner, ...index }, this.#places, written);
    for (const [at, path] of written.entries()) {
      const blob = blobs[at];
      if (blob !== undefined) await examine(path, blob);
    }
  }

  async #refuseLocalFilters(
    { written }: IndexChanges,
    indexFile: string,
    { localFilters, overrides }: RepositorySettings,
  ): Promise<void> {
    if (localFilters.size === 0) return;
    const question = { indexFile, settings: overrides, names: ['filter'] };
    const attributes = await readAttributes(this.#runner, written, question);
    for (const [index, path] of written.entries()) {
      const filter = attributes[index]?.get('filter') ?? '';
      if (!localFilters.has(filter)) continue;
      throw new HeddleError(
        'FILTER_UNTRUSTED',
        'a file needs a filter that the repository itself configures',
        {
          facts: { path: escapePath(path), filter: filter.slice(0, 200) },
          preserved: 'nothing was captured',
        },
      );
    }
  }
}

const HEADS = 'refs/heads/';
/** How often a scan is begun before it gives up on files that do not hold still. */
const ATTEMPTS = 4;

function checkedId(id: ObjectId): ObjectId {
  if (isObjectId(id)) return id;
  throw new HeddleError('FORMAT_INVALID', 'not a Git object id', { facts: { name: id.slice(0, 200) } });
}

function isEmpty({ removed, written }: IndexChanges): boolean {
  return removed.length === 0 && written.length === 0;
}

function requireId(stdout: Buffer, command: string): ObjectId {
  const id = stdout.toString('latin1').trimEnd();
  if (!isObjectId(id)) throw unexpectedAnswer(command);
  return id;
}
