import { invariant } from '#domain/error.ts';
import { ChildError, type Conversation } from '#platform/conversation.ts';
import { gitFailure } from '#git/failure.ts';
import type { GitCall, GitRunner } from '#git/run.ts';
import { AnswerReader } from './answer-reader.ts';
import { corrupt } from './object-name.ts';

/** The child that is asked now, and what it answers. */
export interface Talk {
  readonly conversation: Conversation;
  readonly answers: AnswerReader;
}

/** Sends requests and reads all of their answers; the next ones are asked when that is done. */
export type Ask = (requests: string, read: (talk: Talk) => Promise<void>) => Promise<void>;

/**
 * One git that answers many questions, started at the first and kept. Whoever has the turn asks alone. A child whose
 * answer was not read to its end is not asked again; another one is started.
 */
export class GitTalk {
  readonly #runner: GitRunner;
  readonly #args: GitCall['args'];
  readonly #deadlineMs: number;
  #talk: Talk | undefined;
  #closed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(runner: GitRunner, args: GitCall['args'], deadlineMs: number) {
    this.#runner = runner;
    this.#args = args;
    this.#deadlineMs = deadlineMs;
  }

  /** Throws what {@link gitFailure} makes of a child that ended, `OBJECT_CORRUPT`, and what reading throws. */
  inTurn(work: (ask: Ask) => Promise<void>): Promise<void> {
    const result = this.#turn.then(() => work((requests, read) => this.#ask(requests, read)));
    this.#turn = result.catch(() => undefined);
    return result;
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

  async #ask(requests: string, read: (talk: Talk) => Promise<void>): Promise<void> {
    invariant(!this.#closed, 'git is asked nothing once it was ended');
    const talk = (this.#talk ??= await this.#start());
    try {
      // Both at once: a child whose output is full reads no more requests.
      await Promise.all([talk.conversation.write(requests), read(talk)]);
    } catch (error) {
      this.#talk = undefined;
      throw await explain(this.#args[0], talk.conversation, error);
    }
    if (talk.answers.closed) await this.#hangUp();
  }

  async #hangUp(): Promise<void> {
    const talk = this.#talk;
    this.#talk = undefined;
    await talk?.conversation.end().catch(() => undefined);
  }

  async #start(): Promise<Talk> {
    const conversation = await this.#runner.converse(this.#args, this.#deadlineMs);
    return { conversation, answers: new AnswerReader(conversation) };
  }
}

async function explain(command: string, conversation: Conversation, error: unknown): Promise<unknown> {
  if (!(error instanceof ChildError)) {
    // Whatever was still asked would be taken for the answer to the next question.
    await conversation.kill();
    return error;
  }
  const code = await conversation.end().catch(() => null);
  const stderr = conversation.stderr();
  if (conversation.pid === null) return gitFailure(command, { kind: 'missing', code, reason: null, stderr });
  // It answered everything, with less than it said.
  if (error.kind === 'ended' && code === 0) return corrupt('that was asked for last');
  const kind = error.kind === 'timed-out' ? 'timed-out' : 'exited';
  return gitFailure(command, { kind, code, reason: null, stderr });
}
