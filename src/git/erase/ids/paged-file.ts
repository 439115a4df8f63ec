import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HeddleError } from '#domain/error.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

const PAGE = 4096;
const PAGES = 2048;
/** Longest stretch that is asked for at once. */
const LONGEST = 64;
/** A file of so many bytes is held instead. */
const SMALL = 16 * PAGE;

/** Bytes that are held, or read as they are asked for. */
export interface ByteSource {
  readonly length: number;
  /** Where the bytes are that {@link seek} found. */
  readonly bytes: Buffer;
  /** Place in `bytes` of a stretch of at most 64 bytes, good until the next call. */
  seek(at: number, length: number): number;
}

/** The bytes of a buffer. */
export function heldBytes(bytes: Buffer): ByteSource {
  return { length: bytes.length, bytes, seek: (at) => at };
}

/** Pages of files, eight megabytes together, however many files there are. */
export class PageCache {
  #bytes: Buffer | undefined;
  readonly #owners: (PagedFile | undefined)[] = [];
  readonly #pages = new Float64Array(PAGES);
  #files = 0;

  /** Behind the pages there is room for a stretch that lies on two. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.allocUnsafeSlow(PAGES * PAGE + LONGEST));
  }

  /** A number that spreads a file's pages apart from those of others. */
  enter(): number {
    this.#files += 1;
    return this.#files * 769;
  }

  /** Where a page of a file is, read if need be. */
  find(file: PagedFile, page: number): number {
    const slot = (page + file.spread) % PAGES;
    if (this.#owners[slot] !== file || this.#pages[slot] !== page) {
      this.#owners[slot] = undefined;
      file.read(this.bytes.subarray(slot * PAGE, (slot + 1) * PAGE), page * PAGE);
      this.#owners[slot] = file;
      this.#pages[slot] = page;
    }
    return slot * PAGE;
  }
}

/** Whoever lets go of one does not say so: a file that git takes away has to stay readable as long as somebody reads. */
const abandoned = new FinalizationRegistry<number>((fd) => closeSync(fd));

/** A file that does not change, read page by page; it may be unlinked meanwhile. */
export class PagedFile implements ByteSource {
  readonly length: number;
  readonly spread: number;
  readonly #cache: PageCache;
  readonly #path: string;
  readonly #fd: number;

  constructor(
    path: string,
    fd: number,
    { length, cache }: { readonly length: number; readonly cache: PageCache },
  ) {
    this.#path = path;
    this.#fd = fd;
    this.#cache = cache;
    this.length = length;
    this.spread = cache.enter();
    abandoned.register(this, fd);
  }

  get bytes(): Buffer {
    return this.#cache.bytes;
  }

  seek(at: number, length: number): number {
    const page = Math.floor(at / PAGE);
    const within = at - page * PAGE;
    const start = this.#cache.find(this, page);
    if (within + length <= PAGE) return start + within;
    const end = PAGES * PAGE;
    const { bytes } = this;
    bytes.copy(bytes, end, start + within, start + PAGE);
    const rest = this.#cache.find(this, page + 1);
    bytes.copy(bytes, end + PAGE - within, rest, rest + length - (PAGE - within));
    return end;
  }

  /** Fills a page. Throws `OBJECT_CORRUPT` where the file was cut off meanwhile. */
  read(into: Buffer, at: number): void {
    const wanted = Math.min(into.length, this.length - at);
    const read = guardFiles(this.#path, () => readSync(this.#fd, into, 0, into.length, at));
    if (read < wanted) {
      throw new HeddleError('OBJECT_CORRUPT', 'a file of Git changed while it was read', {
        facts: { path: this.#path },
      });
    }
  }
}

/** Opens a file to be read in stretches; undefined where there is none. */
export function openSource(path: string, cache: PageCache): ByteSource | undefined {
  return guardFiles(path, () => {
    const fd = openOrMissing(path);
    if (fd === undefined) return undefined;
    try {
      const stat = fstatSync(fd);
      const length = stat.isFile() ? stat.size : 0;
      if (length > SMALL) return new PagedFile(path, fd, { length, cache });
      const bytes = Buffer.alloc(length);
      const held = bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
      closeSync(fd);
      return heldBytes(held);
    } catch (cause) {
      closeSync(fd);
      throw cause;
    }
  });
}

function openOrMissing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw cause;
  }
}
