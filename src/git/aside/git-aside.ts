import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Aside } from '#ports/worktree/worktrees.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { GitLineTracers } from '#git/blame/line-tracer.ts';
import { GitTreeComparer } from '#git/diff/compare.ts';
import { findWorkTree } from '#git/contents/worktree-at.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { GitObjectReader } from '#git/objects/object-reader.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import { makeOwnDirectory } from '#git/own-directory.ts';
import { guardFiles, removeIfThere } from '#git/private-file.ts';
import { GitRevisions } from '#git/revisions.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktree } from '#git/worktree/worktree.ts';
import { copyObjects } from './copy-objects.ts';
import { moveObjects } from './move-objects.ts';

/*
 * <git common dir>/heddle/scan-…/     of this process alone (own-directory.ts)
 *   objects/      what is set aside (gitrepository-layout); read beside the repository's own
 *   index-<hash>  heddle's index of a work tree that was scanned, by its Git directory's path; it names objects that may
 *                 be here alone
 *   kept-….pack   what is about to be stored of them
 */

/** Objects of work trees that are looked at, by gits of their own. */
export class GitAside implements Aside {
  readonly objects: GitObjectReader;
  readonly writer: GitObjectWriter;
  readonly comparer: GitTreeComparer;
  readonly revisions: GitRevisions;
  readonly lineTracers: GitLineTracers;
  readonly worktree: GitWorktree;
  readonly #catFile: CatFile;
  readonly #within: GitRunner;
  readonly #store: GitRunner;
  readonly #places: RepositoryPlaces;
  readonly #directory: string;

  constructor(store: GitRunner, places: RepositoryPlaces) {
    this.#directory = makeOwnDirectory(join(places.commonDir, 'heddle'), 'scan-');
    const written = join(this.#directory, 'objects');
    guardFiles(written, () => mkdirSync(written, { mode: 0o700 }));
    const within = store.withObjects({ written, read: join(places.commonDir, 'objects') });
    this.#within = within;
    this.#store = store;
    this.#places = places;
    this.#catFile = new CatFile(within);
    this.objects = new GitObjectReader(this.#catFile);
    this.writer = new GitObjectWriter(within);
    this.comparer = new GitTreeComparer(within);
    this.revisions = new GitRevisions(this.#catFile);
    this.lineTracers = new GitLineTracers(within, places);
    this.worktree = new GitWorktree(within, places, this.#directory);
  }

  async landing(): ReturnType<Aside['landing']> {
    const { GitLanding } = await import('#git/landing/git-landing.ts');
    return new GitLanding(this.#within, this.#places);
  }

  async worktreeAt(gitDir: string): Promise<GitWorktree | undefined> {
    const found = await findWorkTree(this.#within, this.#places, gitDir);
    return found === undefined ? undefined : new GitWorktree(found.runner, found.places, this.#directory);
  }

  async keep(): Promise<void> {
    moveObjects(join(this.#directory, 'objects'), join(this.#places.commonDir, 'objects'));
    this.worktree.keepIndex();
  }

  async keepOnly(roots: readonly ObjectId[], known: ObjectId | null): Promise<void> {
    await copyObjects({
      from: this.#within,
      to: this.#store,
      directory: this.#directory,
      roots,
      known: Buffer.from(known === null ? '' : `^${known}\n`),
      localOnly: true,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#catFile.close(), this.comparer.close()]);
    removeIfThere(this.#directory);
  }
}
