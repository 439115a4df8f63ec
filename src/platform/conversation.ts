import { ByteQueue } from './byte-queue.ts';
import { drained, endChild, startChild, type Argv, type ChildOptions } from './spawn.ts';

/** Why a conversation with a child ended before its time. Never leaves an adapter as it is. */
export class ChildError extends Error {
  readonly kind: 'ended' | 'timed-out' | 'line-too-long';

  constructor(kind: ChildError['kind'], message: string) {
    super(message);
    this.name = 'ChildError';
    this.kind = kind;
  }
}

export interface ConversationOptions extends Pick<ChildOptions, 'cwd' | 'env'> {
  /** Milliseconds that one read may wait; then the child is ended and the read rejects `timed-out`. */
  readonly deadlineMs: number;
}

/** A child that lives across many questions. One reader at a time; reads are answered in order of calling. */
export interface Conversation {
  readonly pid: number | null;
  /** Resolves when the child's pipe takes more; rejects with a {@link ChildError} when it is gone. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** The next line without its newline; undefined at the end of output. Longer than `maxBytes`: `line-too-long`. */
  readLine(maxBytes?: number): Promise<Buffer | undefined>;
  /** Exactly so many bytes; rejects `ended` when there are fewer. */
  readBytes(length: number): Promise<Buffer>;
  /** At least one and at most `most` bytes, whatever has arrived; undefined at the end of output. */
  readPiece(most: number): Promise<Buffer | undefined>;
  /** Says that no more is coming: the child answers what it was asked, and ends. */
  closeInput(): void;
  /** The first 64 KiB of standard error so far. Foreign text. */
  stderr(): Buffer;
  /** Closes the input and waits for the end; the exit code, or null for a signal or a failed start. */
  end(): Promise<number | null>;
  /** Ends the child without waiting for an answer; resolves when it is gone. */
  kill(): Promise<void>;
}

const MAX_LINE_BYTES = 1_048_576;
const MAX_STDERR_BYTES = 65_536;

/** Starts a child to talk to. A program that is not there shows as reads and writes that reject `ended`. */
export function converse(argv: Argv, options: ConversationOptions): Conversation {
  return new PipedConversation(argv, options);
}

class PipedConversation implements Conversation {
  readonly #child;
  readonly #output: ByteQueue;
  readonly #deadlineMs: number;
  readonly #errors: Buffer[] = [];
  readonly #gone: Promise<number | null>;
  #ended = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(argv: Argv, options: ConversationOptions) {
    this.#child = startChild(argv, options);
    this.#output = new ByteQueue(this.#child.stdout);
    this.#deadlineMs = options.deadlineMs;
    let errorBytes = 0;
    this.#child.stderr.on('data', (piece: Buffer) => {
      if (errorBytes < MAX_STDERR_BYTES) this.#errors.push(piece.subarray(0, MAX_STDERR_BYTES - errorBytes));
      errorBytes += piece.length;
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', (code) => this.#finish(resolve, code));
      this.#child.once('error', () => {
        if (this.#child.pid === undefined) this.#finish(resolve, null);
      });
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const { stdin } = this.#child;
    if (this.#ended || stdin.destroyed || stdin.writableEnded) throw ended();
    if (!stdin.write(bytes)) await drained(stdin);
    // A failed write is known at once, the stream is destroyed only a turn later.
    if (stdin.destroyed || stdin.errored !== null) throw ended();
  }

  readLine(maxBytes: number = MAX_LINE_BYTES): Promise<Buffer | undefined> {
    return this.#inTurn(async () => {
      const line = await this.#output.takeLine(maxBytes);
      if (line !== 'too-long') return line;
      endChild(this.#child);
      throw new ChildError('line-too-long', `a line is longer than ${maxBytes} bytes`);
    });
  }

  readBytes(length: number): Promise<Buffer> {
    return this.#inTurn(async () => {
      const bytes = await this.#output.takeExactly(length);
      if (bytes === undefined) throw ended();
      return bytes;
    });
  }

  readPiece(most: number): Promise<Buffer | undefined> {
    return this.#inTurn(() => this.#output.takeSome(most));
  }

  closeInput(): void {
    this.#child.stdin.end();
  }

  stderr(): Buffer {
    return Buffer.concat(this.#errors);
  }

  async end(): Promise<number | null> {
    this.#child.stdin.end();
    // Output that nobody asked for must not keep the child from ending.
    this.#output.discard();
    return this.#withDeadline(this.#gone);
  }

  async kill(): Promise<void> {
    endChild(this.#child);
    await this.#gone;
  }

  #finish(resolve: (code: number | null) => void, code: number | null): void {
    this.#ended = true;
    this.#output.close();
    resolve(code);
  }

  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#withDeadline(read()));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #withDeadline<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        endChild(this.#child);
        reject(new ChildError('timed-out', `no answer within ${this.#deadlineMs} ms`));
      }, this.#deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function ended(): ChildError {
  return new ChildError('ended', 'the child has ended');
}
