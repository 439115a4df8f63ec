import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { listDirectory, readBoundedFile } from '#git/plain/bounded-file.ts';
import { measurePacked, type Measured } from './pack-bounds.ts';
import { PackIndex } from './pack-index.ts';
import { LARGEST_PACK, notRead } from '#git/plain/unsupported.ts';

/** Bytes of all packs that are held at once. */
const MOST_HELD = 2 * LARGEST_PACK;

interface Pack {
  readonly index: PackIndex;
  readonly indexBytes: Buffer;
  /** Undefined until something of it is asked for. */
  bytes: Buffer | undefined;
}

/** The packs of a repository, each held whole from its first use. */
export class PackDirectory {
  readonly #directory: string;
  /** By name without `.idx`, in byte order; undefined for those that were not looked at yet. */
  #packs: Map<string, Pack | undefined> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Measures an object in the first pack that has it; undefined where none does. `fresh`: another set of packs is
   * held than before. Throws `GIT_UNSUPPORTED`, `OBJECT_CORRUPT`.
   */
  find(id: ObjectId): { readonly measured: Measured; readonly fresh: boolean } | undefined {
    const packs = (this.#packs ??= this.#list());
    for (const name of packs.keys()) {
      const pack = this.#open(packs, name);
      const offset = pack?.index.find(id);
      if (pack === undefined || offset === undefined) continue;
      const fresh = pack.bytes === undefined;
      const bytes = pack.bytes ?? this.#hold(packs, { name, pack });
      if (bytes === undefined) continue;
      return { measured: measurePacked(bytes, offset, (base) => pack.index.find(base)), fresh };
    }
    return undefined;
  }

  /** The indexes of all packs. */
  indexes(): readonly PackIndex[] {
    const packs = (this.#packs ??= this.#list());
    return [...packs.keys()].flatMap((name) => this.#open(packs, name)?.index ?? []);
  }

  /** Looks at the directory again; true where other packs are there than before. */
  refresh(): boolean {
    const before = this.#packs ?? new Map<string, Pack | undefined>();
    const now = this.#list();
    const same = now.size === before.size && [...now.keys()].every((name) => before.has(name));
    if (same) return false;
    for (const name of now.keys()) now.set(name, before.get(name));
    this.#packs = now;
    return true;
  }

  /** Files of the packs that are held, in the order in which {@link find} looks at packs. */
  *held(): Generator<{ readonly name: string; readonly bytes: Buffer }> {
    for (const [name, pack] of this.#packs ?? []) {
      if (pack?.bytes === undefined) continue;
      yield { name: `${name}.idx`, bytes: pack.indexBytes };
      yield { name: `${name}.pack`, bytes: pack.bytes };
    }
  }

  #list(): Map<string, Pack | undefined> {
    const names = listDirectory(this.#directory).map(({ name }) => name);
    const known = new Set(names);
    const lonely = names.find((name) => name.endsWith('.pack') && !known.has(name.replace(/pack$/, 'idx')));
    // Without a common index it is a pack that is being written; nobody reads those.
    if (lonely !== undefined && known.has('multi-pack-index')) throw notRead('packWithoutIndex', lonely);
    const indexes = names.filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name));
    return new Map(indexes.map((name) => [name.replace(/\.idx$/, ''), undefined]));
  }

  #open(packs: Map<string, Pack | undefined>, name: string): Pack | undefined {
    const open = packs.get(name);
    if (open !== undefined) return open;
    const path = join(this.#directory, `${name}.idx`);
    const file = readBoundedFile(path, LARGEST_PACK);
    if (file.kind === 'missing') return undefined;
    if (file.kind === 'refused') throw notRead('largePack', `${name}.idx ${file.why}`);
    const pack = { index: new PackIndex(file.bytes, path), indexBytes: file.bytes, bytes: undefined };
    packs.set(name, pack);
    return pack;
  }

  #hold(
    packs: ReadonlyMap<string, Pack | undefined>,
    { name, pack }: { readonly name: string; readonly pack: Pack },
  ): Buffer | undefined {
    const file = readBoundedFile(join(this.#directory, `${name}.pack`), LARGEST_PACK);
    if (file.kind === 'missing') return undefined;
    if (file.kind === 'refused') throw notRead('largePack', `${name}.pack ${file.why}`);
    const others = [...packs.values()].filter((other) => other !== undefined);
    const held = others.reduce((sum, other) => sum + (other.bytes?.length ?? 0), 0);
    if (held + file.bytes.length > MOST_HELD) for (const other of others) other.bytes = undefined;
    pack.bytes = file.bytes;
    return file.bytes;
  }
}
