import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { guardFiles } from '#git/private-file.ts';
import { hashObject } from '#git/objects/hash.ts';
import type { ObjectId, ObjectKind } from '#ports/objects.ts';
import { packWithIndex, type NamedObject } from './scratch-pack.ts';

/*
 * A directory outside the repository:
 *   objects/xx/…   loose objects (gitrepository-layout); they name trees of the repository and hold no content
 *   objects/pack/  many such at once
 *   parents-…      what stands in for parents, one commit a line
 */

/** Objects that git may see beside the repository's, for as long as somebody asks. */
export class ScratchObjects {
  readonly #directory: string;
  readonly #made = new Set<ObjectId>();
  #lists = 0;

  constructor(what: 'blame' | 'merge' = 'blame') {
    this.#directory = guardFiles(tmpdir(), () => mkdtempSync(join(tmpdir(), `heddle-${what}-`)));
    guardFiles(this.objects, () => mkdirSync(this.objects, { mode: 0o700 }));
  }

  get objects(): string {
    return join(this.#directory, 'objects');
  }

  /** A place in the same directory, which is gone with it. */
  protected beside(name: string): string {
    return join(this.#directory, name);
  }

  /** Writes a loose object. Not durable: it is gone with the directory. */
  add(kind: ObjectKind, content: Uint8Array): ObjectId {
    const id = hashObject(kind, content);
    if (this.#made.has(id)) return id;
    const folder = join(this.objects, id.slice(0, 2));
    const bytes = deflateSync(Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]));
    guardFiles(folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, id.slice(2)), bytes, { mode: 0o600 });
    });
    this.#made.add(id);
    return id;
  }

  /** Writes many objects as one pack: a file for each would take longer than git takes for its answer. */
  addPack(objects: readonly NamedObject[]): void {
    if (objects.length === 0) return;
    const { name, pack, index } = packWithIndex(objects);
    const folder = join(this.objects, 'pack');
    guardFiles(folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, `pack-${name}.pack`), pack, { mode: 0o600 });
      writeFileSync(join(folder, `pack-${name}.idx`), index, { mode: 0o600 });
    });
  }

  /** Writes the list of parents that git takes in place of the commits' own; returns its path. */
  writeParents(parents: ReadonlyMap<ObjectId, readonly ObjectId[]>): string {
    this.#lists += 1;
    // Several questions are on their way at once.
    const path = join(this.#directory, `parents-${this.#lists}`);
    const lines = Array.from(parents, ([commit, list]) => `${[commit, ...list].join(' ')}\n`);
    guardFiles(path, () => writeFileSync(path, lines.join(''), { mode: 0o600 }));
    return path;
  }

  remove(): void {
    guardFiles(this.#directory, () => rmSync(this.#directory, { recursive: true, force: true }));
  }
}
