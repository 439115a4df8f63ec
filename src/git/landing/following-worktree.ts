import { existsSync } from 'node:fs';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { FollowStep, RepositoryPlaces } from '#ports/repository.ts';
import type { RawChange } from '#git/diff/raw-diff.ts';
import type { GitRunner } from '#git/run.ts';
import { readConversionSettings } from '#git/settings.ts';
import { findChanges } from '#git/worktree/changed-files.ts';
import { PrivateIndex } from '#git/worktree/index/private-index.ts';
import { IndexLook, installIndex, NO_MODE } from './index-look.ts';
import { rawPathKey } from './path-key.ts';
import type { Setting } from '#git/environment.ts';

type Step = Omit<FollowStep, 'place'>;

const GONE = 'D';

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
      const indexFile = await new IndexLook(this.#runner, { copy, settings }).indexOf('from', tree);
      const { removed, written } = await findChanges({
        runner: this.#runner,
        places: this.#places,
        indexFile,
        settings,
        maxFileBytes: Number.MAX_SAFE_INTEGER,
      });
      return onceEach([...removed, ...written]);
    });
  }

  async obstacles(step: Step): Promise<readonly Uint8Array[]> {
    const settings = await this.#settings();
    return this.#index.borrow(async (copy) => {
      const look = new IndexLook(this.#runner, { copy, settings });
      const staged = await this.#staged(look, step);
      if (step.filesFrom === step.filesTo) return staged;
      const index = await look.indexOf('from', step.filesFrom);
      const changed = [...(await look.filesDiffering(index)).values()].map(({ path }) => path);
      if (changed.length + staged.length > 0) return onceEach([...staged, ...changed]);
      const coming = await look.changes(step.filesFrom, step.filesTo);
      const refused = await look.rehearse(index, step);
      return refused ? coming.filter(({ oldMode }) => oldMode === NO_MODE).map(({ path }) => path) : [];
    });
  }

  async follow(step: Step): Promise<void> {
    const settings = await this.#settings();
    await this.#index.borrow(async (copy) => {
      const look = new IndexLook(this.#runner, { copy, settings });
      let index = await look.indexOf('from', step.filesFrom);
      if (step.filesFrom !== step.filesTo) await this.#moveFiles(look, index, step);
      if (step.filesTo !== step.indexTo) index = await look.indexOf('final', step.indexTo);
      await look.refresh(index);
      await installIndex(this.#places, copy, index);
    });
  }

  /** Files that are there already are left; those that are as before are git's to write; at any other it stops. */
  async #moveFiles(look: IndexLook, index: string, { filesFrom, filesTo }: Step): Promise<void> {
    const before = await look.filesDiffering(index);
    const after = await look.filesDiffering(await look.indexOf('to', filesTo));
    const done: RawChange[] = [];
    const foreign: Uint8Array[] = [];
    for (const change of await look.changes(filesFrom, filesTo)) {
      const key = rawPathKey(change.path);
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
  async #staged(look: IndexLook, { indexFrom, filesFrom }: Step): Promise<readonly Uint8Array[]> {
    const fromBranch = await look.staged(indexFrom);
    if (fromBranch.size === 0 || indexFrom === filesFrom) return [...fromBranch.values()];
    const fromFiles = await look.staged(filesFrom);
    return [...fromBranch].flatMap(([key, path]) => (fromFiles.has(key) ? [path] : []));
  }

  async #settings(): Promise<readonly Setting[]> {
    return (await readConversionSettings(this.#runner)).overrides;
  }
}

function changedMeanwhile({ worktree }: RepositoryPlaces, paths: readonly Uint8Array[]): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', 'files of a worktree were changed while its branch moved', {
    facts: { worktree, paths: paths.slice(0, MOST_NAMED).map(escapePath) },
    preserved: 'the branch is where it was moved to; none of these files was written over',
  });
}

const MOST_NAMED = 20;

function onceEach(paths: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(paths.map((path) => [rawPathKey(path), path])).values()];
}
