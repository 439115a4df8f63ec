import { join } from 'node:path';
import { readObject } from 'isomorphic-git';
import { HeddleError } from '#domain/error.ts';
import { corrupt } from '#git/objects/object-name.ts';
import { hashObject } from '#git/objects/hash.ts';
import type { AcceptObject, ObjectStore, StoredObject } from '#git/plain/named-objects.ts';
import type { ObjectId } from '#ports/objects.ts';
import { ApprovedFiles, GIT_DIRECTORY } from './approved-files.ts';
import { listDirectory, readBoundedFile } from '#git/plain/bounded-file.ts';
import { measureLoose } from './loose-bounds.ts';
import type { Measured } from './pack-bounds.ts';
import { PackDirectory } from './pack-directory.ts';
import { LARGEST_OBJECT, notRead } from '#git/plain/unsupported.ts';

/** Digits of an id that Git shows of a small repository. */
const SHORTEST_ID = 7;
/** Inflated bytes after which isomorphic-git has to forget what it remembers. */
const MOST_REMEMBERED = 64 * 1024 * 1024;

/**
 * Objects out of `objects/`, read by isomorphic-git from files that were measured before, and hashed again
 * afterwards. One at a time.
 */
export class PureObjectStore implements ObjectStore {
  readonly #objects: string;
  readonly #packs: PackDirectory;
  readonly #approved = new ApprovedFiles();
  #memory: { cache: object; bytes: number } = { cache: {}, bytes: 0 };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(commonDir: string) {
    this.#objects = join(commonDir, 'objects');
    this.#packs = new PackDirectory(join(this.#objects, 'pack'));
  }

  /**
   * An object by id; undefined where there is none.
   *
   * @param accept sees kind and size before anything is read, and throws for what its caller does not want.
   * @throws `OBJECT_CORRUPT`, `GIT_UNSUPPORTED`
   */
  read(id: ObjectId, accept: AcceptObject): Promise<StoredObject | undefined> {
    const result = this.#turn.then(() => this.#read(id, accept));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The beginning of an id that Git would show: long enough for a repository of this size, and of no other object. */
  abbreviate(id: ObjectId): string {
    const indexes = this.#packs.indexes();
    const packed = indexes.reduce((sum, { count }) => sum + count, 0);
    // Half the digits of the number of packed objects, as the birthday paradox has it.
    const usual = Math.max(SHORTEST_ID, Math.ceil((32 - Math.clz32(packed)) / 2));
    const loose = listDirectory(join(this.#objects, id.slice(0, 2))).map(({ name }) => id.slice(0, 2) + name);
    const others = [...indexes.flatMap((index) => index.neighbours(id)), ...loose].filter(
      (other) => other !== id,
    );
    return id.slice(0, Math.max(usual, ...others.map((other) => sharedLength(id, other) + 1)));
  }

  async #read(id: ObjectId, accept: AcceptObject): Promise<StoredObject | undefined> {
    const found = this.#approve(id);
    if (found === undefined) return undefined;
    const { type, size, cost } = requireSound(id, found.measured);
    accept({ id, kind: type, size });
    if (this.#memory.bytes + cost > MOST_REMEMBERED) this.#memory = { cache: {}, bytes: 0 };
    this.#memory.bytes += cost;
    try {
      return await decode(id, { files: this.#approved, cache: this.#memory.cache });
    } finally {
      if (found.loose !== undefined) this.#approved.drop(found.loose);
    }
  }

  /** Finds an object's files, measures the object, and lets isomorphic-git see them. */
  #approve(id: ObjectId, looks = 3): { readonly measured: Measured; readonly loose?: string } | undefined {
    const loose = this.#approveLoose(id);
    if (loose !== undefined) return loose;
    const packed = this.#packs.find(id);
    if (packed === undefined) {
      // A repack beside this moves objects: what became packed meanwhile is found at the next look.
      return this.#packs.refresh() && looks > 0 ? this.#approve(id, looks - 1) : undefined;
    }
    if (packed.fresh) {
      this.#approved.clear();
      this.#memory = { cache: {}, bytes: 0 };
      for (const { name, bytes } of this.#packs.held()) this.#approved.put(`objects/pack/${name}`, bytes);
    }
    return { measured: packed.measured };
  }

  #approveLoose(id: ObjectId): { readonly measured: Measured; readonly loose: string } | undefined {
    const name = `${id.slice(0, 2)}/${id.slice(2)}`;
    const file = readBoundedFile(join(this.#objects, name), LARGEST_OBJECT);
    if (file.kind === 'missing') return undefined;
    if (file.kind === 'refused') throw notRead('largeObject', id);
    const loose = `objects/${name}`;
    this.#approved.put(loose, file.bytes);
    return { measured: measureLoose(file.bytes), loose };
  }
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function requireSound(id: ObjectId, measured: Measured): Extract<Measured, { readonly kind: 'object' }> {
  if (measured.kind === 'object') return measured;
  if (measured.kind === 'large') throw notRead('largeObject', id);
  throw new HeddleError('OBJECT_CORRUPT', `the Git object ${id} is damaged: ${measured.why}`, {
    facts: { object: id },
  });
}

async function decode(
  id: ObjectId,
  { files, cache }: { readonly files: ApprovedFiles; readonly cache: object },
): Promise<StoredObject> {
  let read: { readonly type: string; readonly object: unknown };
  try {
    // The calls that replace it parse what they read; a hash needs the bytes.
    // eslint-disable-next-line typescript/no-deprecated
    read = await readObject({ fs: files.client, gitdir: GIT_DIRECTORY, oid: id, format: 'content', cache });
  } catch (cause) {
    throw new HeddleError('OBJECT_CORRUPT', `the Git object ${id} is damaged`, {
      facts: { object: id },
      cause,
    });
  }
  const { type: kind, object: content } = read;
  const known = kind === 'blob' || kind === 'tree' || kind === 'commit' || kind === 'tag';
  if (!known || !(content instanceof Uint8Array) || hashObject(kind, content) !== id) throw corrupt(id);
  // No Buffer leaves: its `slice` is another than an array's.
  return { kind, content: new Uint8Array(content.buffer, content.byteOffset, content.byteLength) };
}
