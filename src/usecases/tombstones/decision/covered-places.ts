import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { rawName } from '#domain/manifest/hashes.ts';
import { decodeList, LARGEST_LIST_BYTES } from '#domain/manifest/list-codec.ts';
import type { GitObject, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listCarriers, type Carrier } from '#usecases/states/list-carriers.ts';
import { ManifestMap } from './manifest-map.ts';

/** One manifest entry of a state. */
export interface EntryPlace {
  readonly carrier: Carrier;
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly entry: ManifestEntry;
}

/** One manifest entry of a state whose content a tombstone covers. */
export interface CoveredPlace extends EntryPlace {
  /** The entry's content id. */
  readonly file: Digest;
}

/** Where covered contents stand, or stood before they were hidden: a manifest keeps their ids through both. */
export interface CoveredPlaces {
  readonly places: readonly CoveredPlace[];
  /** Every carrier, parents before children. */
  readonly carriers: readonly Carrier[];
}

/** Against lists that name one another until they stand for more files than any disk holds. */
const MOST_PLACES = 5_000_000;

/**
 * Finds every manifest entry with one of these content ids, over every carrier that a thread ref reaches, hidden or
 * not. Reads each distinct list once. Throws `OBJECT_CORRUPT`, `FORMAT_INVALID` for what cannot be read: it
 * might be the place that was looked for.
 */
export async function findCoveredPlaces(
  workspace: Workspace,
  files: ReadonlySet<Digest>,
): Promise<CoveredPlaces> {
  if (files.size === 0) return { places: [], carriers: [] };
  const { carriers } = await listCarriers(workspace);
  const key = [...files].toSorted().join(' ');
  const known = latest.get(workspace.objects);
  if (known?.key === key && known.found.carriers === carriers) return known.found;
  const found = { places: await findCoveredIn(workspace, carriers, files), carriers };
  latest.set(workspace.objects, { key, found });
  return found;
}

/** What was found last, in carriers that were listed once: a purge asks before it is ordered, and when it is done. */
const latest = new WeakMap<Workspace['objects'], { readonly key: string; readonly found: CoveredPlaces }>();

/** The same over given carriers. */
export async function findCoveredIn(
  workspace: Workspace,
  carriers: readonly Carrier[],
  files: ReadonlySet<Digest>,
): Promise<readonly CoveredPlace[]> {
  const ids: ReadonlySet<string> = files;
  const found = await findEntriesIn(workspace, carriers, {
    tells: ids.size <= FEW ? (text) => [...ids].some((file) => text.includes(file)) : tellingOneOf(ids),
    covers: ({ id }) => ids.has(id),
  });
  return found.map((place) => ({ ...place, file: parseDigest(place.entry.id) }));
}

/** Up to so many ids a list is searched for each; for more, its own ids are looked up. */
const FEW = 16;

/** A tombstone may cover tens of thousands: a list is gone through once, however many they are. */
function tellingOneOf(ids: ReadonlySet<string>): EntrySearch['tells'] {
  return (text) => {
    for (const [, id = ''] of text.toString('latin1').matchAll(/"([0-9a-z]{52})"/g))
      if (ids.has(id)) return true;
    return false;
  };
}

/** What is looked for in manifests. */
export interface EntrySearch {
  /** False for a list that has no such entry, as it is written; what is written with escapes is looked at anyhow. */
  readonly tells: (list: Buffer) => boolean;
  readonly covers: (entry: ManifestEntry) => boolean;
}

/** Finds entries of any kind over given carriers; each distinct list is read once. Throws as {@link findCoveredPlaces}. */
export async function findEntriesIn(
  workspace: Workspace,
  carriers: readonly Carrier[],
  wanted: EntrySearch,
): Promise<readonly EntryPlace[]> {
  const search = new ManifestSearch(workspace, wanted);
  await search.prepare(carriers.map(({ manifest }) => manifest));
  const places: EntryPlace[] = [];
  for (const carrier of carriers) {
    for (const found of await search.directory(carrier.manifest)) places.push({ carrier, ...found });
    if (places.length > MOST_PLACES) throw tooMany();
  }
  return places;
}

type Found = Omit<EntryPlace, 'carrier'>;

const SLASH = utf8('/');
/** Lists that are asked for together. */
const LISTS_AT_ONCE = 64;
/** What stands before the name of a subdirectory in a manifest's Git tree. */
const MARK = 1;

class ManifestSearch {
  readonly #workspace: Workspace;
  readonly #wanted: EntrySearch;
  /** By Git tree, and by the blob of a list. */
  readonly #known = new Map<ObjectId, readonly Found[]>();

  constructor(workspace: Workspace, wanted: EntrySearch) {
    this.#workspace = workspace;
    this.#wanted = wanted;
  }

  /** Reads everything that is distinct below these, many at a time, and learns which trees hold nothing. */
  async prepare(manifests: Iterable<ObjectId>): Promise<void> {
    const map = await ManifestMap.read(this.#workspace, manifests);
    // What cannot be read is asked for again, and fails then.
    const holding = map.above([...map.missed, ...(await this.#readLists([...map.lists]))]);
    for (const tree of map.trees) if (!holding.has(tree)) this.#known.set(tree, []);
  }

  async directory(tree: ObjectId): Promise<readonly Found[]> {
    const known = this.#known.get(tree);
    if (known !== undefined) return known;
    const rows = await this.#workspace.objects.readTree(tree);
    if (rows === undefined) throw missing(tree);
    const found: Found[] = [];
    for (const { mode, name, id } of rows) {
      if (mode !== '40000') found.push(...(await this.#list(id)));
      else {
        for (const below of await this.directory(id)) {
          found.push({ ...below, path: concatBytes(name.subarray(MARK), SLASH, below.path) });
        }
      }
      if (found.length > MOST_PLACES) throw tooMany();
    }
    this.#known.set(tree, found);
    return found;
  }

  async #list(id: ObjectId): Promise<readonly Found[]> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const blob = await this.#workspace.objects.read(id, LARGEST_LIST_BYTES);
    if (blob === undefined) throw missing(id);
    return this.#take(blob);
  }

  /** Those of them that tell a wanted entry, or cannot be had. */
  async #readLists(ids: readonly ObjectId[]): Promise<readonly ObjectId[]> {
    const telling: ObjectId[] = [];
    for (let from = 0; from < ids.length; from += LISTS_AT_ONCE) {
      const some = ids.slice(from, from + LISTS_AT_ONCE);
      const blobs = await this.#workspace.objects.readMany(some, LARGEST_LIST_BYTES);
      for (const [index, id] of some.entries()) {
        const blob = blobs[index];
        if (blob === undefined || this.#take(blob).length > 0) telling.push(id);
      }
    }
    return telling;
  }

  #take({ id, content }: GitObject): readonly Found[] {
    const list = this.#tellsOne(content) ? decodeList(content) : undefined;
    const found =
      list !== undefined && 'entries' in list ? list.entries.flatMap((entry) => this.#covered(entry)) : [];
    this.#known.set(id, found);
    return found;
  }

  /** A list that is read says an id as it is, or with an escape: one without either has no such entry. */
  #tellsOne(content: Uint8Array): boolean {
    const text = Buffer.from(content.buffer, content.byteOffset, content.length);
    return text.includes('\\') || this.#wanted.tells(text);
  }

  #covered(entry: ManifestEntry): readonly Found[] {
    return this.#wanted.covers(entry) ? [{ path: rawName(entry.name), entry }] : [];
  }
}

function missing(id: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'a manifest lacks one of its lists', {
    facts: { object: id },
    preserved: 'nothing was changed',
  });
}

function tooMany(): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'a content stands in more places than can be told', {
    facts: { limit: MOST_PLACES },
    preserved: 'nothing was changed',
  });
}
