import { ChildError, type Conversation } from '#platform/conversation.ts';
import { gitFailure } from '#git/failure.ts';

/** Arguments of the git that moves refs in one transaction. */
export const UPDATE_REF = ['update-ref', '--no-deref', '--stdin'] as const;

/** Says words to `git update-ref --stdin` and waits for the answer. Throws `ChildError` for another one. */
export async function sayTo(git: Conversation, words: string, expected: string): Promise<void> {
  await git.write(words);
  const answer = await git.readLine();
  if (answer?.toString('utf8') !== expected) throw new ChildError('ended', 'another answer');
}

/** What a failed transaction is told as. It has ended then: killed, where the fault is not its own. */
export async function updateRefFailure(git: Conversation, error: unknown): Promise<unknown> {
  if (!(error instanceof ChildError)) {
    await git.kill();
    return error;
  }
  const code = await git.end().catch(() => null);
  const kind = git.pid === null ? 'missing' : error.kind === 'timed-out' ? 'timed-out' : 'exited';
  return gitFailure('update-ref', { kind, code, reason: null, stderr: git.stderr() });
}
