import { HeddleError, invariant } from '#domain/error.ts';
import { ChildError, type Conversation } from '#platform/conversation.ts';
import { gitFailure, speaksOfCorruption, unexpectedAnswer } from '#git/failure.ts';
import type { GitRunner } from '#git/run.ts';
import { AnswerReader } from './answer-reader.ts';

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
const LONGEST_HEADER = 8192;
const DEADLINE_MS = 120_000;
const HEADER = /^([0-9a-f]{40}) ([a-z]+) ([0-9]{1,15})$/;

/**
 * One `git cat-file --batch-command`, started at the first question and kept. One exchange at a time; within
 * it requests are pipelined.
 */
export class CatFile {
  readonly #runner: GitRunner;
  #talk: Talk | undefined;
  #closed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(runner: GitRunner) {
    this.#runner = runner;
  }

  /** Headers of the named objects, undefined for what is missing. Throws `AMBIGUOUS`, `OBJECT_CORRUPT`. */
  async headers(names: readonly string[]): Promise<readonly (ObjectHeader | undefined)[]> {
    const found: (ObjectHeader | undefined)[] = [];
    await this.#exchange('info', names, async (talk, name) => {
      const header = await readHeader(talk, name);
      found.push(header === 'missing' ? undefined : header);
    });
    return found;
  }

  /** Contents of the named objects, piece by piece. */
  async contents(names: readonly string[], receiver: ContentReceiver): Promise<void> {
    let index = 0;
    await this.#exchange('contents', names, async (talk, name) => {
      const header = await readHeader(talk, name);
      receiver.header(index, header);
      if (header !== 'missing') {
        for (let left = header.size; left > 0;) {
          const piece = await talk.answers.piece(left);
          receiver.piece(index, piece);
          left -= piece.length;
        }
        await talk.answers.piece(1);
        receiver.end(index);
      }
      index += 1;
    });
  }

  /**
   * Ends the child for good. Of several questions asked at once the others go on when one fails, and a child that
   * such a one started later would keep the whole process waiting.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#hangUp();
  }

  async #hangUp(): Promise<void> {
    const talk = this.#talk;
    this.#talk = undefined;
    await talk?.conversation.end().catch(() => undefined);
  }

  #exchange(
    command: 'info' | 'contents',
    names: readonly string[],
    readOne: (talk: Talk, name: string) => Promise<void>,
  ): Promise<void> {
    const work = async (): Promise<void> => {
      if (names.length === 0) return;
      for (let from = 0; from < names.length; from += WINDOW) {
        invariant(!this.#closed, 'git is asked nothing once it was ended');
        const talk = (this.#talk ??= this.#start());
        const some = names.slice(from, from + WINDOW);
        const requests = some.map((name) => `${command} ${name}\n`).join('');
        try {
          // Both at once: a child whose output is full reads no more requests.
          await Promise.all([talk.conversation.write(requests), readAll(talk, some, readOne)]);
        } catch (error) {
          this.#talk = undefined;
          throw await explain(talk.conversation, error);
        }
        if (talk.answers.closed) await this.#hangUp();
      }
    };
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #start(): Talk {
    const conversation = this.#runner.converse(['cat-file', '--batch-command'], DEADLINE_MS);
    return { conversation, answers: new AnswerReader(conversation) };
  }
}

interface Talk {
  readonly conversation: Conversation;
  readonly answers: AnswerReader;
}

async function readHeader({ conversation, answers }: Talk, name: string): Promise<ObjectHeader | 'missing'> {
  const text = await answers.line(LONGEST_HEADER + name.length * 4);
  if (text === `${name} missing`) {
    // Git says "missing" of damaged objects too, and complains elsewhere, before it answers.
    await anotherPoll();
    if (speaksOfCorruption(conversation.stderr())) throw corrupt(name);
    return 'missing';
  }
  if (text === `${name} ambiguous`) {
    throw new HeddleError('AMBIGUOUS', `several Git objects begin with ${name.slice(0, 80)}`, {
      facts: { name: name.slice(0, 200) },
    });
  }
  const match = HEADER.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw unexpectedAnswer('cat-file');
  return { id: match[1], kind: match[2], size: Number(match[3]) };
}

/**
 * Lets every stream that has something be read once more. What git wrote before this answer, elsewhere, is
 * there by then: the first turn ends the round in which the answer came, the second is after a whole one.
 */
async function anotherPoll(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function readAll(
  talk: Talk,
  names: readonly string[],
  readOne: (talk: Talk, name: string) => Promise<void>,
): Promise<void> {
  for (const name of names) await readOne(talk, name);
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
  // It answered everything, with less than it said.
  if (error.kind === 'ended' && code === 0) return corrupt('that was asked for last');
  const kind = error.kind === 'timed-out' ? 'timed-out' : 'exited';
  return gitFailure('cat-file', { kind, code, reason: null, stderr });
}

/** The error for an object that is not what its id says. */
export function corrupt(name: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `the Git object ${name.slice(0, 80)} is damaged`, {
    facts: { object: name.slice(0, 200) },
  });
}
