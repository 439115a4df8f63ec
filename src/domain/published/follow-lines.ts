import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import { decodeOperation, hashOperation, LARGEST_LINE } from '#domain/operation/operation-codec.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import { LARGEST_LINES, MOST_LINES } from './bounds.ts';
import type { Checkpoint } from './checkpoint.ts';
import { merkleRoot } from './merkle.ts';
import { publishedLogInvalid } from './published-log-error.ts';

const LF = utf8('\n');

/** How far a log goes. */
export interface LogEnd {
  /** Number of lines. */
  readonly size: number;
  readonly last: OperationId | null;
  /** Of the last line; -1 in an empty log. */
  readonly lamport: number;
}

/** Where every log begins. */
export const BEGINNING: LogEnd = { size: 0, last: null, lamport: -1 };

/** A line without what stands beside it. */
export interface PublishedLine {
  readonly id: OperationId;
  readonly line: OperationLine;
}

/** Joins lines as a segment holds them: each ends with LF. */
export function encodeLines(lines: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...lines.flatMap((line) => [line, LF]));
}

/**
 * Reads the lines of a segment: they have to follow from where the log ended and to be just those that the checkpoint
 * signs. An edit, a drop and a reorder are found. Throws `PUBLISHED_LOG_INVALID`, which names the first line that is at
 * fault. Verifies no signature.
 *
 * @param after undefined where the lines before are not known: then what the first one follows is not judged.
 */
export function followLines(
  hasher: Hasher,
  {
    bytes,
    checkpoint,
    after,
  }: {
    readonly bytes: Uint8Array;
    readonly checkpoint: Checkpoint;
    readonly after: LogEnd | undefined;
  },
): readonly PublishedLine[] {
  const { replica, first, size } = checkpoint;
  if (bytes.length > LARGEST_LINES || size - first > MOST_LINES)
    throw publishedLogInvalid(replica, first, 'its segment is larger than any may be');
  if (after !== undefined && after.size !== first)
    throw publishedLogInvalid(replica, after.size, 'no segment begins with it');
  const follower = new Follower(hasher, checkpoint, after);
  for (const raw of splitLines(bytes)) follower.take(raw);
  return follower.end();
}

/** Each of the lines; undefined in the place of what follows the last LF. */
function* splitLines(bytes: Uint8Array): Generator<Uint8Array | undefined> {
  let from = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
  if (from < bytes.length) yield undefined;
}

const LINE_FEED = 0x0a;

class Follower {
  readonly #lines: PublishedLine[] = [];
  readonly #hasher: Hasher;
  readonly #checkpoint: Checkpoint;
  #before: LogEnd | undefined;

  constructor(hasher: Hasher, checkpoint: Checkpoint, after: LogEnd | undefined) {
    this.#hasher = hasher;
    this.#checkpoint = checkpoint;
    this.#before = after;
  }

  take(raw: Uint8Array | undefined): void {
    const seq = this.#checkpoint.first + this.#lines.length;
    if (seq >= this.#checkpoint.size) throw this.#invalid(seq, 'it is behind the end of its segment');
    if (raw === undefined || raw.length > LARGEST_LINE) throw this.#invalid(seq, 'it is cut off or too long');
    const line = this.#decode(seq, raw);
    this.#assertFollows(seq, line);
    const id = hashOperation(this.#hasher, raw);
    this.#lines.push({ id, line });
    this.#before = { size: seq + 1, last: id, lamport: line.lamport };
  }

  end(): readonly PublishedLine[] {
    const { first, size, root, last } = this.#checkpoint;
    const missing = first + this.#lines.length;
    if (missing < size) throw this.#invalid(missing, 'it is missing');
    // A line that was changed and signs itself again is found where the next one names what it follows.
    if (this.#before?.last !== last) throw this.#invalid(size - 1, 'the checkpoint signs another line');
    const found: Digest = merkleRoot(
      this.#hasher,
      this.#lines.map(({ id }) => id),
    );
    if (found !== root) throw this.#invalid(first, 'the checkpoint signs other lines from here on');
    return this.#lines;
  }

  #decode(seq: number, raw: Uint8Array): OperationLine {
    try {
      return decodeOperation(raw);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      throw this.#invalid(seq, error.message);
    }
  }

  #assertFollows(seq: number, line: OperationLine): void {
    const { replica, repo } = this.#checkpoint;
    if (line.repo !== repo) throw this.#invalid(seq, 'it belongs to another repository');
    if (line.replica !== replica) throw this.#invalid(seq, 'it belongs to the log of another clone');
    if (line.seq !== seq) throw this.#invalid(seq, `line ${line.seq} stands in its place`);
    if (this.#before === undefined) return;
    // Whichever of the two was changed: what follows was signed over the one that was there.
    if (line.prev !== this.#before.last) throw this.#invalid(seq - 1, `line ${seq} does not follow from it`);
    if (line.lamport <= this.#before.lamport) throw this.#invalid(seq, 'the clock of the log runs backwards');
  }

  #invalid(seq: number, why: string): HeddleError {
    return publishedLogInvalid(this.#checkpoint.replica, seq, why);
  }
}
