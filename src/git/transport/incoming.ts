import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { ObjectId } from '#ports/objects.ts';
import { copyObjects } from '#git/aside/copy-objects.ts';
import { GitTreeComparer } from '#git/diff/compare.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { GitObjectReader } from '#git/objects/object-reader.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import { makeOwnDirectory, removeLeftDirectories } from '#git/own-directory.ts';
import { guardFiles } from '#git/private-file.ts';
import { GitRevisions } from '#git/revisions.ts';
import type { GitRunner } from '#git/run.ts';
import type { ObjectPlaces } from '#git/surroundings.ts';

/*
 * <git common dir>/heddle/incoming/…/     of one process alone (own-directory.ts)
 *   objects/        what was fetched (gitrepository-layout); read beside the repository's own
 *   kept-<id>.pack  what is about to be taken over
 */

/** Where one fetch writes, and the store that it reads beside. */
export interface IncomingPlaces extends ObjectPlaces {
  readonly directory: string;
}

/** A new place for what is fetched. Places of processes that ended are taken away first. */
export function makeIncomingPlace(commonDir: string): IncomingPlaces {
  const directory = makeOwnDirectory(placesIn(commonDir), '');
  const written = join(directory, 'objects');
  guardFiles(written, () => mkdirSync(written, { mode: 0o700 }));
  return { directory, written, read: join(commonDir, 'objects') };
}

/** Takes away what killed fetches left. */
export function removeLeftIncoming(commonDir: string): void {
  removeLeftDirectories(placesIn(commonDir), '');
}

function placesIn(commonDir: string): string {
  return join(commonDir, 'heddle', 'incoming');
}

/** What was fetched, read beside the store by gits of its own. */
export class GitIncoming implements Incoming {
  readonly objects: GitObjectReader;
  readonly writer: GitObjectWriter;
  readonly comparer: GitTreeComparer;
  readonly revisions: GitRevisions;
  readonly #catFile: CatFile;
  readonly #within: GitRunner;
  readonly #store: GitRunner;
  readonly places: IncomingPlaces;

  constructor(store: GitRunner, places: IncomingPlaces) {
    const within = store.withObjects(places);
    this.#within = within;
    this.#store = store;
    this.places = places;
    this.#catFile = new CatFile(within);
    this.objects = new GitObjectReader(this.#catFile);
    this.writer = new GitObjectWriter(within);
    this.comparer = new GitTreeComparer(within);
    this.revisions = new GitRevisions(this.#catFile);
  }

  async keep(heads: readonly ObjectId[]): Promise<void> {
    if (heads.length === 0) return;
    const refs = await this.#store.run({ args: ['for-each-ref', '--format=^%(objectname)'] });
    await copyObjects({
      from: this.#within,
      to: this.#store,
      directory: this.places.directory,
      roots: heads,
      known: refs.stdout,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#catFile.close(), this.comparer.close()]);
    guardFiles(this.places.directory, () => rmSync(this.places.directory, { recursive: true, force: true }));
  }
}
