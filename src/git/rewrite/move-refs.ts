import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Conversation } from '#platform/conversation.ts';
import { recordChild, releaseLocks } from '#git/erase/child-record.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { removeIfThere } from '#git/private-file.ts';
import { sayTo, UPDATE_REF, updateRefFailure } from '#git/refs/update-ref.ts';
import type { MovedRef } from './rewritten-history.ts';

const DEADLINE_MS = 3_600_000;

/**
 * Moves all of these refs in one transaction, or none, each only where it still is what it was. Throws `REF_MOVED`
 * otherwise.
 */
export async function moveRefs(ground: EraseGround, moved: readonly MovedRef[]): Promise<void> {
  if (moved.length === 0) return;
  const commands = moved.flatMap(commandsFor);
  const { runner, places } = ground;
  const git = await runner.withGitDir(places.commonDir).converse(UPDATE_REF, DEADLINE_MS);
  try {
    await sayTo(git, 'start\n', 'start: ok');
    // Before the first lock, so that no lock of ours is ever without a record.
    const names = new Set(moved.flatMap(({ name, before }) => [before.name, name]));
    recordChild(recordPath(ground), git.pid, [...names]);
    for (const command of commands) await git.write(command);
    await sayTo(git, 'prepare\n', 'prepare: ok');
    await sayTo(git, 'commit\n', 'commit: ok');
    await git.end();
  } catch (error) {
    throw await explain(git, error, moved);
  }
  removeIfThere(recordPath(ground));
}

function commandsFor({ name, before, id }: MovedRef): readonly string[] {
  if (name === before.name) return [`update ${name} ${id} ${before.id}\n`];
  return [`delete ${before.name} ${before.id}\n`, `create ${name} ${id}\n`];
}

async function explain(git: Conversation, error: unknown, moved: readonly MovedRef[]): Promise<unknown> {
  const failure = await updateRefFailure(git, error);
  if (!(failure instanceof HeddleError) || failure.code === 'GIT_MISSING') return failure;
  const said = git.stderr().toString('utf8');
  const ref = moved.find(({ before }) => said.includes(`'${before.name}'`))?.before.name;
  if (ref === undefined || failure.code === 'LOCK_HELD') return failure;
  return new HeddleError('REF_MOVED', `${ref} was moved by somebody else`, {
    facts: { ref },
    preserved: 'no ref was moved',
    cause: failure,
  });
}

/** Removes the locks of a transaction whose git was killed; whatever another program holds stays. */
export function releaseRefLocks(ground: EraseGround): Promise<void> {
  return releaseLocks(recordPath(ground), {
    largest: 64 * 1024 * 1024,
    // A git whose heddle was killed sees its input end and lets go by itself.
    patience: 5000,
    locksOf: (names) =>
      [...names, 'HEAD', 'packed-refs']
        .filter((name) => isRefName(name))
        .map((name) => join(ground.places.commonDir, `${name}.lock`)),
  });
}

/** Nothing that leads out of the Git directory. */
function isRefName(name: string): boolean {
  return (
    /^(?:HEAD|packed-refs|worktrees\/[^/]+\/HEAD|refs\/.+)$/.test(name) &&
    !/(?:^|\/)\.{1,2}(?:\/|$)/.test(name)
  );
}

/** `<git common dir>/heddle/rewrite/moving`; it names the refs. */
function recordPath({ places }: EraseGround): string {
  return join(places.commonDir, 'heddle', 'rewrite', 'moving');
}
