import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createInflate, inflateSync } from 'node:zlib';
import type { ObjectId } from '#ports/objects.ts';
import type { Hits, Probe } from '#git/erase/needles.ts';
import { guardFiles } from '#git/private-file.ts';
import { applyDelta } from './delta.ts';

/*
 * A pack (gitformat-pack): "PACK", version, number of objects; for each object its type and size (lowest four bits,
 * then seven a byte), for a delta where its base is (an offset back, or an id), then the deflated content.
 */

const HEADER_BYTES = 12;
const LONGEST_ENTRY_HEADER = 64;
const OFS_DELTA = 6;
const REF_DELTA = 7;
/** Larger objects are inflated piece by piece; no delta is that large. */
const AT_ONCE = 64 * 1024 * 1024;
const DEEPEST = 4096;

interface Entry {
  readonly type: number;
  readonly size: number;
  readonly dataAt: number;
  readonly base: number | ObjectId | undefined;
}

/** What is looked for in files that git does not look at. */
export type FileProbe = Probe<Pick<Hits, 'content' | 'trace'>>;

/** Gives the content of an object outside of the pack; undefined where there is none. */
export type ReadBase = (id: ObjectId) => Promise<Buffer | undefined>;

/**
 * Searches a pack that git does not use: one without an index, or a temporary one, as far as it goes. Deltas are
 * resolved where their base can be had.
 *
 * @param start where in the file the pack begins: a bundle has a header before it.
 */
export async function searchPackFile(
  path: string | Buffer,
  {
    needles,
    idBytes,
    readBase,
    start = 0,
  }: {
    readonly needles: FileProbe;
    readonly idBytes: number;
    readonly readBase: ReadBase;
    readonly start?: number;
  },
): Promise<boolean> {
  const fd = guardFiles(path, () => openSync(path, 'r'));
  try {
    const pack = new PackFile(fd, path, { idBytes, readBase, start });
    if (!pack.isPack) return false;
    for (let at = start + HEADER_BYTES; ;) {
      const entry = pack.entryAt(at);
      if (entry === undefined) return false;
      const { found, end } = await pack.searchEntry(at, entry, needles);
      if (found) return true;
      if (end === undefined) return false;
      at = end;
    }
  } finally {
    closeSync(fd);
  }
}

class PackFile {
  readonly #fd: number;
  readonly #path: string | Buffer;
  readonly #size: number;
  readonly #idBytes: number;
  readonly #readBase: ReadBase;
  readonly #start: number;

  constructor(
    fd: number,
    path: string | Buffer,
    {
      idBytes,
      readBase,
      start,
    }: { readonly idBytes: number; readonly readBase: ReadBase; readonly start: number },
  ) {
    this.#fd = fd;
    this.#path = path;
    this.#size = guardFiles(path, () => fstatSync(fd).size);
    this.#idBytes = idBytes;
    this.#readBase = readBase;
    this.#start = start;
  }

  get isPack(): boolean {
    return this.#read(this.#start, 4).toString('latin1') === 'PACK';
  }

  entryAt(at: number): Entry | undefined {
    const bytes = this.#read(at, LONGEST_ENTRY_HEADER);
    const first = bytes[0];
    if (first === undefined) return undefined;
    let size = first & 15;
    let used = 1;
    for (let shift = 4, byte = first; (byte & 128) !== 0; shift += 7, used += 1) {
      const next = bytes[used];
      if (next === undefined || used > 10) return undefined;
      size += (next & 127) * 2 ** shift;
      byte = next;
    }
    const type = (first >> 4) & 7;
    if (type === 0 || type === 5) return undefined;
    if (type === REF_DELTA) {
      const base = bytes.toString('hex', used, used + this.#idBytes);
      return { type, size, dataAt: at + used + this.#idBytes, base };
    }
    if (type !== OFS_DELTA) return { type, size, dataAt: at + used, base: undefined };
    const offset = readOffset(bytes, used);
    return { type, size, dataAt: at + offset.end, base: at - offset.value };
  }

  /** Where the next entry begins, undefined at the end; and whether this one holds a needle. */
  async searchEntry(
    at: number,
    entry: Entry,
    needles: FileProbe,
  ): Promise<{ readonly found: boolean; readonly end: number | undefined }> {
    if (entry.size > AT_ONCE) return this.#searchLarge(entry, needles);
    const { content, end } = this.#inflate(entry);
    const whole = entry.base === undefined ? content : await this.#resolve(at, 0);
    const { content: hit, trace } = needles.search(whole ?? content);
    return { found: hit || trace, end };
  }

  async #resolve(at: number, depth: number): Promise<Buffer | undefined> {
    const entry = depth > DEEPEST || at < this.#start + HEADER_BYTES ? undefined : this.entryAt(at);
    if (entry === undefined || entry.size > AT_ONCE) return undefined;
    const { content } = this.#inflate(entry);
    if (entry.base === undefined) return content;
    const base =
      typeof entry.base === 'number'
        ? await this.#resolve(entry.base, depth + 1)
        : await this.#readBase(entry.base);
    return base === undefined ? undefined : applyDelta(base, content);
  }

  #inflate({ dataAt, size }: Entry): { readonly content: Buffer; readonly end: number | undefined } {
    // Deflate makes nothing larger than by a few bytes in each block.
    const bytes = this.#read(dataAt, size + Math.ceil(size / 1000) + 1024);
    try {
      const { buffer, engine } = inflateInfo(bytes, size);
      return { content: buffer, end: dataAt + engine.bytesWritten };
    } catch {
      return { content: partOf(bytes), end: undefined };
    }
  }

  async #searchLarge(
    { dataAt }: Entry,
    needles: FileProbe,
  ): Promise<{ readonly found: boolean; readonly end: number | undefined }> {
    const inflate = createInflate();
    const file = createReadStream(this.#path, { start: dataAt });
    file.on('error', () => inflate.destroy());
    const stream = needles.stream();
    let end: number | undefined;
    try {
      for await (const piece of file.pipe(inflate)) if (Buffer.isBuffer(piece)) stream.push(piece);
      end = dataAt + inflate.bytesWritten;
    } catch {
      // It is cut off here; what came out counts.
    } finally {
      file.destroy();
    }
    const { content, trace } = stream.end();
    return { found: content || trace, end };
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.#size - at)));
    const read = guardFiles(this.#path, () => readSync(this.#fd, bytes, 0, bytes.length, at));
    return bytes.subarray(0, read);
  }
}

function inflateInfo(
  bytes: Buffer,
  size: number,
): { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } {
  // With `info` the function gives the engine too; its declared type does not say so.
  const answer: unknown = inflateSync(bytes, { info: true, maxOutputLength: size + 1 });
  if (typeof answer === 'object' && answer !== null && 'buffer' in answer && 'engine' in answer) {
    const { buffer, engine } = answer;
    if (
      Buffer.isBuffer(buffer) &&
      typeof engine === 'object' &&
      engine !== null &&
      'bytesWritten' in engine
    ) {
      return { buffer, engine: { bytesWritten: Number(engine.bytesWritten) } };
    }
  }
  throw new TypeError('zlib answers in another form');
}

/** What comes out of a stream that is cut off. */
function partOf(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { finishFlush: 2, maxOutputLength: AT_ONCE });
  } catch {
    return Buffer.alloc(0);
  }
}

function readOffset(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let at = from;
  let byte = bytes[at] ?? 0;
  let value = byte & 127;
  while ((byte & 128) !== 0 && at - from < 9) {
    at += 1;
    byte = bytes[at] ?? 0;
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, end: at + 1 };
}
