import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { Conversation } from '#platform/conversation.ts';
import type { PreparedRefs } from '#ports/refs.ts';
import { NO_OBJECT } from '#git/objects/hash.ts';
import type { GitRunner } from '#git/run.ts';
import type { TransactionContent, TransactionRecord } from './transaction-record.ts';
import { sayTo, UPDATE_REF, updateRefFailure } from './update-ref.ts';

const DEADLINE_MS = 60_000;

/** What a transaction works with. */
export interface TransactionGround {
  readonly runner: GitRunner;
  readonly record: TransactionRecord;
  readonly current: (ref: string) => Promise<string | undefined>;
}

/**
 * Opens one `git update-ref --stdin`, which holds the locks of every named ref until it is told to commit or
 * its input ends: a heddle that dies lets go of them by dying.
 */
export async function prepareTransaction(
  ground: TransactionGround,
  content: TransactionContent,
): Promise<PreparedRefs> {
  const { runner, record } = ground;
  const commands = [...content.changes.map(moveCommand), ...content.verify.map(verifyCommand)];
  const git = await runner.converse(UPDATE_REF, DEADLINE_MS);
  try {
    await sayTo(git, `start\n${commands.join('')}`, 'start: ok');
    // Before the first lock, so that no lock of ours is ever without a record.
    record.write(git.pid, content);
    await sayTo(git, 'prepare\n', 'prepare: ok');
  } catch (error) {
    const failure = await updateRefFailure(git, error);
    // A git that was killed, by whomever, may have left locks; the next command looks.
    if ((await git.end().catch(killed)) !== null) record.remove();
    throw await nameRef(ground, content, failure);
  }
  return new OpenTransaction(git, record);
}

function killed(): null {
  return null;
}

class OpenTransaction implements PreparedRefs {
  readonly #git: Conversation;
  readonly #record: TransactionRecord;

  constructor(git: Conversation, record: TransactionRecord) {
    this.#git = git;
    this.#record = record;
  }

  commit(): Promise<void> {
    return this.#finish('commit');
  }

  abort(): Promise<void> {
    return this.#finish('abort');
  }

  async #finish(word: 'commit' | 'abort'): Promise<void> {
    try {
      await sayTo(this.#git, `${word}\n`, `${word}: ok`);
      await this.#git.end();
    } catch (error) {
      // The record stays: the locks of a git that died are removed by the next command.
      throw await updateRefFailure(this.#git, error);
    }
    this.#record.remove();
  }
}

/** Git's message says which ref it was, in words; the refs themselves say it in data. */
async function nameRef(
  { current }: TransactionGround,
  { changes, verify }: TransactionContent,
  failure: unknown,
): Promise<unknown> {
  if (
    !(failure instanceof HeddleError) ||
    !['GIT_FAILED', 'LOCK_HELD', 'OBJECT_CORRUPT'].includes(failure.code)
  ) {
    return failure;
  }
  for (const { name, old } of [...changes, ...verify]) {
    const found = (await current(name)) ?? null;
    if (found === old) continue;
    return new HeddleError('REF_MOVED', `${name} was moved by somebody else`, {
      facts: { ref: name, expected: old, found },
      preserved: 'no ref was moved',
      cause: failure,
    });
  }
  const collision = /'(refs\/\S+)' exists; cannot create '(refs\/\S+)'/.exec(String(failure.facts['git']));
  if (collision === null) return failure;
  const [, existing = null, ref = null] = collision;
  return new HeddleError('THREAD_NAME_COLLISION', 'a ref cannot stand beside an existing one', {
    facts: { ref, existing },
    preserved: 'no ref was moved',
    cause: failure,
  });
}

function moveCommand({ name, old, new: next }: RefChange): string {
  if (next === null) return old === null ? `verify ${name} ${NO_OBJECT}\n` : `delete ${name} ${old}\n`;
  return old === null ? `create ${name} ${next}\n` : `update ${name} ${next} ${old}\n`;
}

function verifyCommand({ name, old }: RefChange): string {
  return `verify ${name} ${old ?? NO_OBJECT}\n`;
}
