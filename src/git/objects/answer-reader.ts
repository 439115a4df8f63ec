import { ChildError, type Conversation } from '#platform/conversation.ts';

const PIECE_BYTES = 65_536;
const NEWLINE = 0x0a;
/**
 * Milliseconds of silence after which a child is told that nothing more is coming. Of a damaged object git writes
 * less than it said, and then waits for the next question as its reader waits for the rest.
 */
const PATIENCE_MS = 2000;

/** Reads a child's answers out of large pieces: waiting for each line by itself would cost more than the line. */
export class AnswerReader {
  readonly #conversation: Conversation;
  #held: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** The child was silent for so long that it can be asked nothing more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The next line without its newline. Throws {@link ChildError} at the end and for a longer line. */
  async line(maxBytes: number): Promise<string> {
    return (await this.until(NEWLINE, maxBytes)).toString('utf8');
  }

  /** What comes before the next byte of this value, which is left out. Throws as {@link line} does. */
  async until(delimiter: number, maxBytes: number): Promise<Buffer> {
    for (let searched = 0; ;) {
      const end = this.#held.indexOf(delimiter, searched);
      if (end !== -1) {
        const found = this.#held.subarray(0, end);
        this.#held = this.#held.subarray(end + 1);
        return found;
      }
      searched = this.#held.length;
      if (searched > maxBytes)
        throw new ChildError('line-too-long', `a line is longer than ${maxBytes} bytes`);
      this.#held = Buffer.concat([this.#held, await this.#more()]);
    }
  }

  /** A line without its newline that has arrived whole, and so many bytes of what follows it; takes nothing. */
  peekLine(maxBytes: number): { readonly line: string; readonly rest: Buffer } | undefined {
    const end = this.#held.indexOf(NEWLINE);
    if (end === -1 || end > maxBytes) return undefined;
    return { line: this.#held.toString('latin1', 0, end), rest: this.#held.subarray(end + 1) };
  }

  /** Goes on after what {@link peekLine} showed: the line, and so many bytes of the rest. */
  skip(line: string, bytes: number): void {
    this.#held = this.#held.subarray(line.length + 1 + bytes);
  }

  /** At least one and at most `most` bytes. */
  async piece(most: number): Promise<Buffer> {
    if (this.#held.length === 0) this.#held = await this.#more();
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  async #more(): Promise<Buffer> {
    const timer = setTimeout(() => {
      this.#closed = true;
      this.#conversation.closeInput();
    }, PATIENCE_MS);
    const piece = await this.#conversation.readPiece(PIECE_BYTES).finally(() => clearTimeout(timer));
    if (piece === undefined) throw new ChildError('ended', 'instead of answering');
    return piece;
  }
}
