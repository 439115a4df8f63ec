import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { ObjectId } from '#ports/objects.ts';

/*
 * A pack's index, version 2 (gitformat-pack): `ff 't' 'O' 'c'`, u32be(2), 256 counts of ids whose first byte is at
 * most n, the ids in order, their CRCs, their offsets (with the top bit set: a place in another table), …
 */

const MAGIC = 0xff744f63;
const HEADER = 8;
const IDS = HEADER + 256 * 4;
const ID_BYTES = 20;
const FAR = 0x80000000;
/** Of the objects whose ids begin with one byte: more are a pack of a million, or damage. */
const MOST_BESIDE = 65_536;

/**
 * One pack of which a few objects are read: neither index nor pack is read whole, however large they are. Methods throw
 * whatever the file system throws; nothing that they tell is certain, so what is found has to be hashed.
 */
export class PackLookup {
  readonly #path: string;
  #index: { readonly fd: number; readonly fanout: Buffer } | undefined;
  #pack: number | undefined;

  /** @param path of pack and index, without what tells them apart. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Where an object begins; undefined where this index does not say so, or is of another kind. */
  find(id: ObjectId): number | undefined {
    const { fd, fanout } = (this.#index ??= openIndex(`${this.#path}.idx`));
    if (fanout.length < IDS || fanout.readUInt32BE(0) !== MAGIC || fanout.readUInt32BE(4) !== 2)
      return undefined;
    const wanted = Buffer.from(id, 'hex');
    const first = wanted[0] ?? 0;
    const from = first === 0 ? 0 : fanout.readUInt32BE(HEADER + (first - 1) * 4);
    const count = fanout.readUInt32BE(HEADER + first * 4) - from;
    if (count <= 0 || count > MOST_BESIDE) return undefined;
    const place = search(readAt(fd, IDS + from * ID_BYTES, count * ID_BYTES), wanted);
    if (place === undefined) return undefined;
    const all = fanout.readUInt32BE(IDS - 4);
    const offset = readAt(fd, IDS + all * (ID_BYTES + 4) + (from + place) * 4, 4);
    if (offset.length < 4) return undefined;
    const near = offset.readUInt32BE(0);
    return near < FAR ? near : undefined;
  }

  /** Bytes of the pack; fewer where it ends. */
  read(at: number, length: number): Buffer {
    this.#pack ??= open(`${this.#path}.pack`);
    return readAt(this.#pack, at, length);
  }

  close(): void {
    if (this.#index !== undefined) closeSync(this.#index.fd);
    if (this.#pack !== undefined) closeSync(this.#pack);
    this.#index = undefined;
    this.#pack = undefined;
  }
}

function openIndex(path: string): { readonly fd: number; readonly fanout: Buffer } {
  const fd = open(path);
  return { fd, fanout: readAt(fd, 0, IDS) };
}

function open(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
}

/** The place of an id among others in order. */
function search(ids: Buffer, wanted: Buffer): number | undefined {
  let low = 0;
  let high = Math.floor(ids.length / ID_BYTES);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = ids.compare(wanted, 0, ID_BYTES, middle * ID_BYTES, (middle + 1) * ID_BYTES);
    if (order === 0) return middle;
    // The other way round: it is the ids that are compared with the wanted one.
    if (order > 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}
