import type { ObjectId } from '#ports/objects.ts';
import type { IdCollection } from './object-ids.ts';
import { gather } from './nameless-file.ts';
import { PageCache, type ByteSource } from './paged-file.ts';

/** Where ids stand in a file: so many, one every `stride` bytes, each `width` bytes long. */
export interface IdLayout {
  readonly size: number;
  readonly width: number;
  readonly first: number;
  readonly stride: number;
  /** How many ids there are whose first byte is at most i, of 256 bytes. */
  readonly upTo: Uint32Array;
}

/** Ids in their order, found where they stand: nothing of them has to be held. */
export class SortedIds implements IdCollection {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #layout: IdLayout;
  readonly #wanted = Buffer.alloc(32);

  constructor(source: ByteSource, layout: IdLayout) {
    this.size = layout.size;
    this.#source = source;
    this.#layout = layout;
  }

  /** Of ids that come in order, one behind the other; no more of them than a megabyte are held. */
  static of(pieces: Iterable<Buffer>, width: number, cache: PageCache): SortedIds {
    const counts = new Uint32Array(256);
    const source = gather(counted(pieces, width, counts), cache);
    let size = 0;
    const upTo = counts.map((count) => (size += count));
    return new SortedIds(source, { size, width, first: 0, stride: width, upTo });
  }

  /** What is in any of these, once. */
  static merged(lists: readonly SortedIds[]): SortedIds {
    const [first, ...others] = lists.filter(({ size }) => size > 0);
    if (first === undefined || others.length === 0) return first ?? SortedIds.of([], 20, new PageCache());
    return SortedIds.of(inPieces([first, ...others]), first.width, new PageCache());
  }

  /** Those whose first byte is this one. */
  *beginningWith(first: number): Generator<ObjectId> {
    const { upTo, size } = this.#layout;
    const end = Math.min(upTo[first] ?? 0, size);
    for (let place = first === 0 ? 0 : (upTo[first - 1] ?? 0); place < end; place += 1) yield this.at(place);
  }

  /** Bytes of an id. */
  get width(): number {
    return this.#layout.width;
  }

  /** The id at a place in the order. */
  at(place: number): ObjectId {
    const start = this.#seek(place);
    return this.#source.bytes.toString('hex', start, start + this.width);
  }

  /** Place of an id; undefined where it is not among these. */
  find(id: ObjectId): number | undefined {
    const isId = id.length === 2 * this.width && this.#wanted.write(id, 0, 'hex') === this.width;
    return isId ? this.#place(this.#wanted) : undefined;
  }

  has(id: ObjectId): boolean {
    return this.find(id) !== undefined;
  }

  *[Symbol.iterator](): Generator<ObjectId> {
    for (let place = 0; place < this.size; place += 1) yield this.at(place);
  }

  #place(wanted: Buffer): number | undefined {
    let [low, high] = this.#range(wanted);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(wanted, middle);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  /** Where an id is if it is anywhere. Ids are hashes: how far it is among its like is told by its next bytes. */
  #range(wanted: Buffer): [low: number, high: number] {
    const { upTo, size } = this.#layout;
    const first = wanted[0] ?? 0;
    const low = first === 0 ? 0 : (upTo[first - 1] ?? 0);
    const high = Math.min(upTo[first] ?? 0, size);
    const near = Math.ceil(Math.sqrt(Math.max(high - low, 0)));
    const guess = low + Math.floor(((high - low) * wanted.readUInt32BE(1)) / 2 ** 32);
    const [below, above] = [guess - near, guess + near];
    if (below > low && this.#compare(wanted, below) < 0) return [low, below];
    if (above < high && this.#compare(wanted, above) >= 0) return [above, high];
    return [Math.max(low, below), Math.min(high, above)];
  }

  #compare(wanted: Buffer, place: number): number {
    const start = this.#seek(place);
    return wanted.compare(this.#source.bytes, start, start + this.width, 0, this.width);
  }

  #seek(place: number): number {
    const { first, stride, width } = this.#layout;
    return this.#source.seek(first + place * stride, width);
  }
}

function* counted(pieces: Iterable<Buffer>, width: number, counts: Uint32Array): Generator<Buffer> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += width) {
      const first = piece[at] ?? 0;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    yield piece;
  }
}

/** A 256th of all at once. */
function* inPieces(lists: readonly SortedIds[]): Generator<Buffer> {
  for (let first = 0; first < 256; first += 1) {
    const ids = new Set(lists.flatMap((list) => [...list.beginningWith(first)]));
    yield Buffer.from([...ids].sort().join(''), 'hex');
  }
}
