import { existsSync, readFileSync } from 'node:fs';
import { inflateAt, mayBeZlib } from './inflate.ts';
import { HASH_BYTES, trailerHash, type HashName } from './object-id.ts';
import { readPackIndex, tryEntry, walkPack, type PackEntry } from './pack-entries.ts';
import { resolvePack } from './pack-objects.ts';
import type { SeenObject } from './report.ts';
import type { Search } from './search.ts';

interface OpenPack {
  readonly pack: Buffer;
  readonly file: string;
  readonly layers: readonly string[];
  readonly hash: HashName;
  readonly entries: readonly PackEntry[];
}

/** Reads packs: whole ones, ones that lean on objects elsewhere, and what can be had of cut and damaged ones. */
export class PackFiles {
  readonly #search: Search;
  readonly #take: (object: SeenObject, layers: readonly string[]) => void;
  /** Packs that lean on what is not in them, by their bases. */
  readonly #thin = new Map<OpenPack, ReadonlySet<string>>();

  constructor(search: Search, take: (object: SeenObject, layers: readonly string[]) => void) {
    this.#search = search;
    this.#take = take;
  }

  open(pack: Buffer, file: string, layers: readonly string[]): void {
    const { saw } = this.#search;
    const hash = trailerHash(pack);
    const walk = walkPack(pack, hash);
    const entries = [...walk.entries];
    saw.packs += 1;
    if (walk.brokenAt !== undefined)
      entries.push(...this.#salvage({ pack, file, layers, hash, entries }, walk.brokenAt));
    saw.packEntries += entries.length;
    saw.deltas += entries.filter(({ base }) => base !== undefined).length;
    const open = { pack, file, layers, hash, entries };
    const missing = this.#resolve(open, new Map());
    if (missing.size > 0) this.#thin.set(open, missing);
  }

  wanted(): readonly string[] {
    return [...this.#thin.values()].flatMap((bases) => [...bases]);
  }

  finish(objects: ReadonlyMap<string, SeenObject>): void {
    for (const open of this.#thin.keys()) {
      for (const id of this.#resolve(open, objects)) {
        this.#search.problem(open.file, `a delta cannot be applied: ${id} is not what it leans on`);
      }
    }
  }

  /** Hands on every object; the ids of bases that are not here. */
  #resolve(
    { pack, file, layers, hash, entries }: OpenPack,
    objects: ReadonlyMap<string, SeenObject>,
  ): ReadonlySet<string> {
    const missing = new Set<string>();
    resolvePack(pack, entries, {
      hash,
      external: (id) => objects.get(id),
      onObject: ({ id, type, content, isDelta }) => {
        const kind = isDelta ? 'pack delta' : 'pack entry';
        this.#take({ id, type, content, file }, [...layers, `${kind} ${id}`]);
      },
      onLoose: ({ base, offset }, delta) => {
        if (typeof base === 'string') missing.add(base);
        else this.#search.problem(file, `the delta at ${offset} cannot be applied`);
        this.#search.look(delta, file, [...layers, `pack entry at ${offset}`].join(' > '));
      },
    });
    return missing;
  }

  /** What a pack's index still knows beyond the damage; and every stream that inflates there, whatever it is. */
  #salvage({ pack, file, layers, hash, entries }: OpenPack, brokenAt: number): readonly PackEntry[] {
    this.#search.problem(file, `is damaged or cut at ${brokenAt}`);
    const known = new Set(entries.map(({ offset }) => offset));
    const offsets = this.#indexed(file, hash).filter((offset) => offset > brokenAt && !known.has(offset));
    for (let at = brokenAt; at < pack.length - HASH_BYTES[hash]; at += 1) {
      if (!mayBeZlib(pack, at)) continue;
      const inflated = inflateAt(pack, at);
      if (inflated === undefined) continue;
      this.#search.saw.carved += 1;
      this.#search.look(inflated.bytes, file, [...layers, `carved at ${at}`].join(' > '));
      at += (inflated.taken ?? 1) - 1;
    }
    return offsets.flatMap((offset) => tryEntry(pack, offset, hash) ?? []);
  }

  #indexed(file: string, hash: HashName): readonly number[] {
    // A file's name was read as Latin-1, and goes back the same way.
    const index = Buffer.from(file.replace(/\.pack$/, '.idx'), 'latin1');
    if (!file.endsWith('.pack') || !existsSync(index)) return [];
    const offsets = this.#search.attempt(file, () => readPackIndex(readFileSync(index), hash));
    return [...(offsets?.values() ?? [])];
  }
}
