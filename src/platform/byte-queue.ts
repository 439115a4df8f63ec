import type { Readable } from 'node:stream';

/** Bytes held before the writer is made to wait. */
const HIGH_WATER_BYTES = 1_048_576;
const NEWLINE = 10;

/**
 * Bytes of a stream, taken in portions. One taker at a time. A taker that waits for more than has
 * arrived keeps the stream flowing, however much that is: the caller bounds what it asks for.
 */
export class ByteQueue {
  readonly #stream: Readable;
  #pieces: Buffer[] = [];
  #held = 0;
  #closed = false;
  #discarding = false;
  #wake: (() => void) | null = null;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (piece: Buffer) => this.#push(piece));
    stream.once('close', () => this.close());
    stream.once('error', () => this.close());
  }

  /** No more bytes will come; what is held can still be taken. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Drops what is held and all that follows. */
  discard(): void {
    this.#discarding = true;
    this.#pieces = [];
    this.#held = 0;
    this.#stream.resume();
  }

  /** Exactly `length` bytes; undefined where the stream ends before. */
  async takeExactly(length: number): Promise<Buffer | undefined> {
    while (this.#held < length) {
      if (this.#closed) return undefined;
      await this.#more();
    }
    return this.#take(length);
  }

  /** Between one and `most` bytes; undefined at the end. */
  async takeSome(most: number): Promise<Buffer | undefined> {
    while (this.#held === 0) {
      if (this.#closed) return undefined;
      await this.#more();
    }
    return this.#take(Math.min(most, this.#pieces[0]?.length ?? 0));
  }

  /** A line without its newline; the rest at the end counts as one, nothing at the end is undefined. */
  async takeLine(maxBytes: number): Promise<Buffer | 'too-long' | undefined> {
    let searched = 0;
    let before = 0;
    for (;;) {
      for (; searched < this.#pieces.length; searched += 1) {
        const piece = this.#pieces[searched] ?? Buffer.alloc(0);
        const at = piece.indexOf(NEWLINE);
        if (at !== -1) return before + at > maxBytes ? 'too-long' : this.#takeWithNewline(before + at);
        before += piece.length;
      }
      if (before > maxBytes) return 'too-long';
      if (this.#closed) return this.#held === 0 ? undefined : this.#take(this.#held);
      await this.#more();
    }
  }

  #takeWithNewline(length: number): Buffer {
    return this.#take(length + 1).subarray(0, length);
  }

  #push(piece: Buffer): void {
    if (this.#discarding) return;
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held > HIGH_WATER_BYTES && this.#wake === null) this.#stream.pause();
    this.#wake?.();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
      this.#stream.resume();
    });
  }

  #take(length: number): Buffer {
    const first = this.#pieces[0];
    this.#held -= length;
    if (first !== undefined && first.length > length) {
      this.#pieces[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    let count = 0;
    let gathered = 0;
    while (gathered < length) {
      gathered += this.#pieces[count]?.length ?? 0;
      count += 1;
    }
    const joined = count === 1 && first !== undefined ? first : Buffer.concat(this.#pieces.slice(0, count));
    this.#pieces.splice(0, count, ...(gathered > length ? [joined.subarray(length)] : []));
    return joined.subarray(0, length);
  }
}
