import { HeddleError } from '#domain/error.ts';
import { ChildError, type Conversation } from '#platform/conversation.ts';
import { gitFailure, speaksOfCorruption, unexpectedAnswer } from '#git/failure.ts';
import type { GitRunner } from '#git/run.ts';

/** What git says of an object before its content. Kinds beside the port's (`tag`) are possible. */
export interface ObjectHeader {
  readonly id: string;
  readonly kind: string;
  readonly size: number;
}

/** Takes the answers about contents, in the order asked. */
export interface ContentReceiver {
  /** `missing` for what git does not have. */
  header(index: number, header: ObjectHeader | 'missing'): void;
  piece(index: number, piece: Uint8Array): void;
  end(index: number): void;
}

/** Requests on their way at once: enough to hide the round trip, little enough to forget on failure. */
const WINDOW = 512;
const PIECE_BYTES = 65_536;
const LONGEST_HEADER = 8192;
const DEADLINE_MS = 120_000;
const HEADER = /^([0-9a-f]{40}) ([a-z]+) ([0-9]{1,15})$/;

/**
 * One `git cat-file --batch-command`, started at the first question and kept. One exchange at a time; within
 * it requests are pipelined.
 */
export class CatFile {
  readonly #runner: GitRunner;
  #conversation: Conversation | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(runner: GitRunner) {
    this.#runner = runner;
  }

  /** Headers of the named objects, undefined for what is missing. Throws `AMBIGUOUS`, `OBJECT_CORRUPT`. */
  async headers(names: readonly string[]): Promise<readonly (ObjectHeader | undefined)[]> {
    const found: (ObjectHeader | undefined)[] = [];
    await this.#exchange('info', names, async (conversation, name) => {
      const header = await this.#readHeader(conversation, name);
      found.push(header === 'missing' ? undefined : header);
    });
    return found;
  }

  /** Contents of the named objects, piece by piece. */
  async contents(names: readonly string[], receiver: ContentReceiver): Promise<void> {
    let index = 0;
    await this.#exchange('contents', names, async (conversation, name) => {
      const header = await this.#readHeader(conversation, name);
      receiver.header(index, header);
      if (header !== 'missing') {
        for (let left = header.size; left > 0;) {
          const piece = await conversation.readPiece(Math.min(left, PIECE_BYTES));
          if (piece === undefined) throw new ChildError('ended', 'in the middle of an object');
          receiver.piece(index, piece);
          left -= piece.length;
        }
        await conversation.readBytes(1);
        receiver.end(index);
      }
      index += 1;
    });
  }

  /** Ends the child; the next question would start another. */
  async close(): Promise<void> {
    await this.#turn;
    const conversation = this.#conversation;
    this.#conversation = undefined;
    await conversation?.end().catch(() => undefined);
  }

  #exchange(
    command: 'info' | 'contents',
    names: readonly string[],
    readOne: (conversation: Conversation, name: string) => Promise<void>,
  ): Promise<void> {
    const work = async (): Promise<void> => {
      if (names.length === 0) return;
      const conversation = (this.#conversation ??= this.#start());
      try {
        for (let from = 0; from < names.length; from += WINDOW) {
          const some = names.slice(from, from + WINDOW);
          const requests = some.map((name) => `${command} ${name}\n`).join('');
          // Both at once: a child whose output is full reads no more requests.
          await Promise.all([conversation.write(requests), readAll(conversation, some, readOne)]);
        }
      } catch (error) {
        this.#conversation = undefined;
        throw await explain(conversation, error);
      }
    };
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #start(): Conversation {
    return this.#runner.converse(['cat-file', '--batch-command'], DEADLINE_MS);
  }

  async #readHeader(conversation: Conversation, name: string): Promise<ObjectHeader | 'missing'> {
    const line = await conversation.readLine(LONGEST_HEADER + name.length * 4);
    if (line === undefined) throw new ChildError('ended', 'instead of answering');
    const text = line.toString('utf8');
    if (text === `${name} missing`) return this.#missing(conversation, name);
    if (text === `${name} ambiguous`) {
      throw new HeddleError('AMBIGUOUS', `several Git objects begin with ${name.slice(0, 80)}`, {
        facts: { name: name.slice(0, 200) },
      });
    }
    const match = HEADER.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) throw unexpectedAnswer('cat-file');
    return { id: match[1], kind: match[2], size: Number(match[3]) };
  }

  /** Git says "missing" of damaged objects too, and complains elsewhere, before it answers. */
  async #missing(conversation: Conversation, name: string): Promise<'missing'> {
    await new Promise((resolve) => setImmediate(resolve));
    if (speaksOfCorruption(conversation.stderr())) throw corrupt(name);
    return 'missing';
  }
}

async function readAll(
  conversation: Conversation,
  names: readonly string[],
  readOne: (conversation: Conversation, name: string) => Promise<void>,
): Promise<void> {
  for (const name of names) await readOne(conversation, name);
}

async function explain(conversation: Conversation, error: unknown): Promise<unknown> {
  if (!(error instanceof ChildError)) {
    // Whatever was still asked would be taken for the answer to the next question.
    await conversation.kill();
    return error;
  }
  const code = await conversation.end().catch(() => null);
  const stderr = conversation.stderr();
  if (conversation.pid === null)
    return gitFailure('cat-file', { kind: 'missing', code, reason: null, stderr });
  const kind = error.kind === 'timed-out' ? 'timed-out' : 'exited';
  return gitFailure('cat-file', { kind, code, reason: null, stderr });
}

/** The error for an object that is not what its id says. */
export function corrupt(name: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `the Git object ${name.slice(0, 80)} is damaged`, {
    facts: { object: name.slice(0, 200) },
  });
}
