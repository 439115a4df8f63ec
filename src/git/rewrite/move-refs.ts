import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { ChildError, type Conversation } from '#platform/conversation.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { gitFailure } from '#git/failure.ts';
import { guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';
import type { MovedRef } from './rewritten-history.ts';

/*
 * <git common dir>/heddle/rewrite/moving: boot, place, process id and start time of the git that may hold locks of refs,
 * a line for each, then the names of those refs. It is there while that git runs.
 */

const DEADLINE_MS = 3_600_000;
const LARGEST = 64 * 1024 * 1024;
/** A git whose heddle was killed sees its input end and lets go by itself. */
const PATIENCE_MS = 5000;
/** A live git holds a lock for a moment; one that does not change for so long was left behind. */
const UNCHANGED_MS = 3000;
const POLL_MS = 20;

/**
 * Moves all of these refs in one transaction, or none, each only where it still is what it was. Throws `REF_MOVED`
 * otherwise.
 */
export async function moveRefs(ground: EraseGround, moved: readonly MovedRef[]): Promise<void> {
  if (moved.length === 0) return;
  const commands = moved.flatMap(commandsFor);
  const { runner, places } = ground;
  const git = runner
    .withGitDir(places.commonDir)
    .converse(['update-ref', '--no-deref', '--stdin'], DEADLINE_MS);
  try {
    await say(git, 'start\n', 'start: ok');
    // Before the first lock, so that no lock of ours is ever without a record.
    writeRecord(ground, git.pid, moved);
    for (const command of commands) await git.write(command);
    await say(git, 'prepare\n', 'prepare: ok');
    await say(git, 'commit\n', 'commit: ok');
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

async function say(git: Conversation, words: string, expected: string): Promise<void> {
  await git.write(words);
  const answer = await git.readLine();
  if (answer?.toString('utf8') !== expected) throw new ChildError('ended', 'another answer');
}

async function explain(git: Conversation, error: unknown, moved: readonly MovedRef[]): Promise<unknown> {
  if (!(error instanceof ChildError)) {
    await git.kill();
    return error;
  }
  const code = await git.end().catch(() => null);
  const kind = git.pid === null ? 'missing' : error.kind === 'timed-out' ? 'timed-out' : 'exited';
  const failure = gitFailure('update-ref', { kind, code, reason: null, stderr: git.stderr() });
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
export async function releaseRefLocks(ground: EraseGround): Promise<void> {
  const path = recordPath(ground);
  const record = readSmallFile(path, LARGEST);
  if (record === undefined) return;
  const { identity, names } = parseRecord(Buffer.from(record).toString('utf8'));
  for (let waited = 0; waited < PATIENCE_MS && isAlive(identity); waited += POLL_MS) await sleep(POLL_MS);
  if (isAlive(identity)) return;
  const since = timeOf(path) ?? 0;
  const suspects = [...names, 'HEAD', 'packed-refs']
    .filter((name) => isRefName(name))
    .map((name) => join(ground.places.commonDir, `${name}.lock`))
    .flatMap((lock) => {
      const time = timeOf(lock);
      return time === undefined || time < since - POLL_MS ? [] : [{ lock, time }];
    });
  if (suspects.length > 0) await sleep(UNCHANGED_MS);
  for (const { lock, time } of suspects) if (timeOf(lock) === time) removeIfThere(lock);
  removeIfThere(path);
}

function parseRecord(text: string): {
  readonly identity: ProcessIdentity;
  readonly names: readonly string[];
} {
  const [boot = '', place = '', pid = '', started = '', ...names] = text.split('\n');
  return { identity: { boot, place, pid: Number(pid), started }, names };
}

/** Nothing that leads out of the Git directory. */
function isRefName(name: string): boolean {
  return (
    /^(?:HEAD|packed-refs|worktrees\/[^/]+\/HEAD|refs\/.+)$/.test(name) &&
    !/(?:^|\/)\.{1,2}(?:\/|$)/.test(name)
  );
}

function writeRecord(ground: EraseGround, pid: number | null, moved: readonly MovedRef[]): void {
  const identity = pid === null ? undefined : identifyProcess(pid);
  // A git that is gone already holds no lock.
  if (identity === undefined) return;
  const { boot, place, pid: id, started } = identity;
  const names = moved.flatMap(({ name, before }) => [before.name, name]);
  const lines = [boot, place, String(id), started, ...new Set(names), ''];
  replaceFile(recordPath(ground), Buffer.from(lines.join('\n')));
}

function recordPath({ places }: EraseGround): string {
  return join(places.commonDir, 'heddle', 'rewrite', 'moving');
}

function timeOf(path: string): number | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
