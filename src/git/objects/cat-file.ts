import { HeddleError } from '#domain/error.ts';
import { speaksOfCorruption, unexpectedAnswer } from '#git/failure.ts';
import type { GitRunner } from '#git/run.ts';
import { GitTalk, type Talk } from './git-talk.ts';
import { corrupt } from './object-name.ts';

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
  readonly #talk: GitTalk;

  constructor(runner: GitRunner) {
    this.#talk = new GitTalk(runner, ['cat-file', '--batch-command'], DEADLINE_MS);
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
    let next = 0;
    await this.#exchange('contents', names, (talk, name) => {
      const index = next;
      next += 1;
      if (readArrived(talk, index, receiver)) return undefined;
      return readContent(talk, name, { index, receiver });
    });
  }

  /** Ends the child for good. */
  close(): Promise<void> {
    return this.#talk.close();
  }

  #exchange(command: 'info' | 'contents', names: readonly string[], readOne: ReadOne): Promise<void> {
    return this.#talk.inTurn(async (ask) => {
      for (let from = 0; from < names.length; from += WINDOW) {
        const some = names.slice(from, from + WINDOW);
        const requests = some.map((name) => `${command} ${name}\n`).join('');
        await ask(requests, (talk) => readAll(talk, some, readOne));
      }
    });
  }
}

/** Undefined where all of it had arrived: waiting for each small object would cost more than the object. */
type ReadOne = (talk: Talk, name: string) => Promise<void> | undefined;

/** Hands on an object that has arrived whole; false, and nothing is taken, for any other answer. */
function readArrived({ answers }: Talk, index: number, receiver: ContentReceiver): boolean {
  const arrived = answers.peekLine(LONGEST_HEADER);
  const header = arrived === undefined ? undefined : parseHeader(arrived.line);
  if (arrived === undefined || header === undefined || arrived.rest.length <= header.size) return false;
  answers.skip(arrived.line, header.size + 1);
  receiver.header(index, header);
  if (header.size > 0) receiver.piece(index, arrived.rest.subarray(0, header.size));
  receiver.end(index);
  return true;
}

async function readContent(
  talk: Talk,
  name: string,
  { index, receiver }: { readonly index: number; readonly receiver: ContentReceiver },
): Promise<void> {
  const header = await readHeader(talk, name);
  receiver.header(index, header);
  if (header === 'missing') return;
  for (let left = header.size; left > 0;) {
    const piece = await talk.answers.piece(left);
    receiver.piece(index, piece);
    left -= piece.length;
  }
  await talk.answers.piece(1);
  receiver.end(index);
}

function parseHeader(text: string): ObjectHeader | undefined {
  const match = HEADER.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { id: match[1], kind: match[2], size: Number(match[3]) };
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
  const header = parseHeader(text);
  if (header === undefined) throw unexpectedAnswer('cat-file');
  return header;
}

/**
 * Lets every stream that has something be read once more. What git wrote before this answer, elsewhere, is
 * there by then: the first turn ends the round in which the answer came, the second is after a whole one.
 */
async function anotherPoll(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function readAll(talk: Talk, names: readonly string[], readOne: ReadOne): Promise<void> {
  for (const name of names) {
    const waiting = readOne(talk, name);
    if (waiting !== undefined) await waiting;
  }
}
