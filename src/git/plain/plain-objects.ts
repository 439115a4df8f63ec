import { closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { hashObject } from '#git/objects/hash.ts';
import type { ObjectId } from '#ports/objects.ts';
import { DeltaChains, LARGEST, type Entry } from './delta-chain.ts';
import type { AcceptObject, ObjectStore, StoredObject } from './named-objects.ts';
import { NotPlain } from './not-plain.ts';
import { PackLookup } from './pack-lookup.ts';

/** More of them are looked through sooner by a git, which has an index of all. */
const MOST_PACKS = 32;
/** Objects that are kept, since files of a commit are asked for by its name, one by one; only small ones are. */
const MOST_KEPT = 512;
const LARGEST_KEPT = 16 * 1024;
const HEADER = /^(blob|tree|commit|tag) (0|[1-9][0-9]{0,9})$/;

/**
 * Reads objects of a repository that keeps them plainly, a few at a time and without a child: out of loose files, and out
 * of packs by their indexes. Each is hashed. Throws {@link NotPlain} for whatever is missing, damaged, large, or kept
 * in another way, and says nothing of why.
 */
export class PlainObjects implements ObjectStore {
  readonly #directory: string;
  readonly #kept = new Map<ObjectId, Entry>();
  #chains = new DeltaChains();
  #packs: readonly PackLookup[] | undefined;

  /** @param directory the repository's `objects`. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** An object by id. */
  read(id: ObjectId, accept: AcceptObject): Promise<StoredObject> {
    // A promise that fails, not a call that throws: whoever asks waits for it.
    return new Promise((resolve) => resolve(this.#read(id, accept)));
  }

  /** Lets the packs go; they are opened again where something else is asked. */
  close(): void {
    for (const pack of this.#packs ?? []) pack.close();
    this.#packs = undefined;
    this.#chains = new DeltaChains();
  }

  #read(id: ObjectId, accept: AcceptObject): StoredObject {
    const { kind, content } = this.#kept.get(id) ?? this.#readHashed(id);
    accept({ id, kind, size: content.length });
    // No Buffer leaves: its `slice` is another than an array's.
    return { kind, content: new Uint8Array(content.buffer, content.byteOffset, content.byteLength) };
  }

  #readHashed(id: ObjectId): Entry {
    const entry = this.#readLoose(id) ?? this.#readPacked(id);
    if (hashObject(entry.kind, entry.content) !== id) throw new NotPlain();
    if (entry.content.length <= LARGEST_KEPT && this.#kept.size < MOST_KEPT) this.#kept.set(id, entry);
    return entry;
  }

  #readLoose(id: ObjectId): Entry | undefined {
    const bytes = readIfThere(join(this.#directory, id.slice(0, 2), id.slice(2)));
    if (bytes === undefined) return undefined;
    const inflated = inflateSync(bytes, { maxOutputLength: LARGEST, chunkSize: 4096 });
    const end = inflated.indexOf(0);
    const [, kind, size] = HEADER.exec(inflated.toString('latin1', 0, Math.max(end, 0))) ?? [];
    const content = inflated.subarray(end + 1);
    if (!isKind(kind) || Number(size) !== content.length) throw new NotPlain();
    return { kind, content };
  }

  #readPacked(id: ObjectId): Entry {
    this.#packs ??= openPacks(join(this.#directory, 'pack'));
    for (const pack of this.#packs) {
      const offset = pack.find(id);
      if (offset !== undefined) return this.#chains.read(pack, offset);
    }
    throw new NotPlain();
  }
}

function openPacks(directory: string): readonly PackLookup[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.idx'));
  if (names.length > MOST_PACKS) throw new NotPlain();
  return names.map((name) => new PackLookup(join(directory, name.slice(0, -'.idx'.length))));
}

function readIfThere(path: string): Buffer | undefined {
  // Most are in packs, and an error takes longer than a look.
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > LARGEST) throw new NotPlain();
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.allocUnsafe(stat.size);
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

function isKind(kind: string | undefined): kind is StoredObject['kind'] {
  return kind === 'blob' || kind === 'tree' || kind === 'commit' || kind === 'tag';
}
