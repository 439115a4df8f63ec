import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import type { IndexContent, RepositoryPlaces, WorktreeIndex } from '#ports/repository.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { readConversionSettings } from '#git/settings.ts';
import { PrivateIndex } from '#git/worktree/index/private-index.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { IndexLook, installIndex, NO_ENTRY } from './index-look.ts';
import { rawPathKey } from './path-key.ts';

/** The user's own index of a worktree: read by way of a copy, and replaced in one step. */
export class UserIndex {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  readonly #index: PrivateIndex;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
    this.#index = new PrivateIndex(runner, places);
  }

  async read(): Promise<WorktreeIndex> {
    return this.#index.borrow(async ({ directory }) => {
      const own = join(this.#places.gitDir, 'index');
      const indexFile = join(directory, 'own');
      // Git may write into the index that it reads: it gets a copy.
      if (existsSync(own)) guardFiles(own, () => copyFileSync(own, indexFile));
      const { stdout } = await this.#runner.run({
        args: ['ls-files', '-z', '--stage'],
        indexFile,
        maxOutputBytes: LARGE_OUTPUT_BYTES,
      });
      const entries = splitRecords(stdout).map(readEntry);
      const unmerged = new Map(
        entries.flatMap(({ stage, path }) => (stage === 0 ? [] : [[rawPathKey(path), path] as const])),
      );
      return {
        tree: unmerged.size === 0 ? await this.#writeTree(indexFile) : null,
        unmerged: [...unmerged.values()],
        submodules: entries.filter(({ mode, stage }) => mode === '160000' && stage === 0),
      };
    });
  }

  async write({ tree, unmerged }: IndexContent): Promise<void> {
    const settings = (await readConversionSettings(this.#runner)).overrides;
    await this.#index.borrow(async (copy) => {
      const look = new IndexLook(this.#runner, { copy, settings });
      const index = await look.indexOf('content', tree);
      const paths = new Map(unmerged.map(({ path }) => [rawPathKey(path), path]));
      await look.putEntries(index, [
        ...Array.from(paths.values(), (path) => ({ path, entry: NO_ENTRY })),
        ...unmerged.map(({ path, mode, id, stage }) => ({ path, entry: `${mode} ${id} ${stage}` })),
      ]);
      await look.refresh(index);
      await installIndex(this.#places, copy, index);
    });
  }

  async #writeTree(indexFile: string): Promise<ObjectId> {
    const { stdout } = await this.#runner.run({
      args: ['write-tree'],
      indexFile,
      deadlineMs: LONG_DEADLINE_MS,
    });
    const tree = stdout.toString('latin1').trimEnd();
    if (!isObjectId(tree)) throw unexpectedAnswer('write-tree');
    return tree;
  }
}

function readEntry(record: Buffer): WorktreeIndex['submodules'][number] & { readonly stage: number } {
  const match = /^([0-7]{6}) ([0-9a-f]{40}) ([0-3])\t/.exec(record.toString('latin1'));
  const [head, mode, id, stage] = match ?? [];
  if (head === undefined || mode === undefined || id === undefined) throw unexpectedAnswer('ls-files');
  return { path: new Uint8Array(record.subarray(head.length)), mode, id, stage: Number(stage) };
}
