import { closeSync, openSync, readSync } from 'node:fs';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import type { EraseGround } from './ground.ts';
import { blobIds, Needles, NO_HITS, type Hits } from './needles.ts';
import { inflateFile } from './store/loose-object.ts';
import { searchPackFile } from './store/pack-file.ts';
import { RawObjects } from './store/raw-objects.ts';

const PIECE_BYTES = 1024 * 1024;
/** First byte of what zlib deflates with its usual window, and the first two of gzip's. */
const DEFLATED = 0x78;
const GZIPPED = 0x1f8b;
const BUNDLE = /^# v[23] git bundle\n/;
/** Capabilities, prerequisites and refs of a bundle. */
const LONGEST_BUNDLE_HEADER = 16 * 1024 * 1024;
const OBJECT_HEADER = /^(?:blob|tree|commit|tag) \d{1,15}\0/;

/** Used again and again: nothing here waits between filling it and looking at it. */
const PIECE = Buffer.alloc(PIECE_BYTES);

/** Searches a file as it is, in pieces. Nothing for one that went away. */
export function searchRaw(path: string | Buffer, needles: Needles): Hits {
  return guardFiles(path, () => {
    const fd = openUnlessGone(path);
    if (fd === undefined) return NO_HITS;
    try {
      let length = readSync(fd, PIECE);
      if (length < PIECE_BYTES) return needles.search(PIECE.subarray(0, length));
      const stream = needles.stream();
      for (; length > 0; length = readSync(fd, PIECE)) stream.push(PIECE.subarray(0, length));
      return stream.end();
    } finally {
      closeSync(fd);
    }
  });
}

/** First bytes of a file; fewer where it is shorter or gone. */
export function readBeginning(path: string | Buffer, length: number): Buffer {
  return guardFiles(path, () => {
    const fd = openUnlessGone(path);
    if (fd === undefined) return Buffer.alloc(0);
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Searches files of Git's that git itself does not look at: as they are, inflated, and as packs. A search has its own
 * git for the bases of deltas; close it.
 */
export class DeepSearch {
  readonly #raw: Needles;
  readonly #inside: Needles;
  readonly #binary: Needles;
  readonly #objects: RawObjects;
  readonly #idBytes: number;

  constructor({ runner, idBytes }: EraseGround, target: Erasable) {
    this.#raw = Needles.inFiles(target);
    this.#inside = Needles.inObjects(target);
    this.#binary = Needles.ofBinaryIds(blobIds(target));
    this.#objects = new RawObjects(runner);
    this.#idBytes = idBytes;
  }

  /** Tells whether a file holds a removed content, a salt, or a removed blob's id in text or in binary. */
  async finds(path: string | Buffer): Promise<boolean> {
    const { content, trace } = searchRaw(path, this.#raw);
    if (content || trace || searchRaw(path, this.#binary).trace) return true;
    return this.findsInside(path);
  }

  async close(): Promise<void> {
    await this.#objects.close();
  }

  /** Tells whether a file holds a removed content or a salt compressed: in a pack, a bundle, or by zlib or gzip. */
  async findsInside(path: string | Buffer): Promise<boolean> {
    const beginning = readBeginning(path, 32);
    const text = beginning.toString('latin1');
    if (text.startsWith('PACK')) return this.#findsInPack(path, 0);
    if (BUNDLE.test(text)) {
      const header = readBeginning(path, LONGEST_BUNDLE_HEADER).indexOf('\n\nPACK');
      return header !== -1 && this.#findsInPack(path, header + 2);
    }
    const deflated = beginning[0] === DEFLATED;
    return (deflated || isGzip(beginning)) && this.#findsInflated(path);
  }

  #findsInPack(path: string | Buffer, start: number): Promise<boolean> {
    return searchPackFile(path, {
      needles: this.#inside,
      idBytes: this.#idBytes,
      readBase: (id) => this.#readBase(id),
      start,
    });
  }

  async #findsInflated(path: string | Buffer): Promise<boolean> {
    const stream = this.#inside.stream();
    let first = true;
    await inflateFile(path, (piece) => {
      // A whole object that equals a short content is found without its header.
      const header = first ? OBJECT_HEADER.exec(piece.toString('latin1', 0, 64)) : null;
      first = false;
      stream.push(piece.subarray(header?.[0].length ?? 0));
    });
    const hits = stream.end();
    return hits.content || hits.trace;
  }

  async #readBase(id: ObjectId): Promise<Buffer | undefined> {
    return (await this.#objects.find(id))?.content;
  }
}

function isGzip(beginning: Buffer): boolean {
  return beginning.length >= 2 && beginning.readUInt16BE(0) === GZIPPED;
}

function openUnlessGone(path: string | Buffer): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (failedWith(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}
