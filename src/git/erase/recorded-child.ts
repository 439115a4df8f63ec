import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import { gitFailure } from '#git/failure.ts';
import { guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';
import type { GitCall } from '#git/run.ts';
import type { EraseGround } from './ground.ts';

/*
 * <git common dir>/heddle/erase/child: boot, place, process id and start time of a git that may hold one of the locks
 * below, a line for each. It is there while that git runs.
 */

const LOCKS = [
  'info/commit-graph.lock',
  'info/commit-graphs/commit-graph-chain.lock',
  'pack/multi-pack-index.lock',
] as const;
const LONGEST = 4096;
/** A git whose heddle was killed comes to its end by itself. */
const PATIENCE_MS = 10_000;
/** A live git holds such a lock for a moment; one that does not change for so long was left behind. */
const UNCHANGED_MS = 3000;
const POLL_MS = 50;
const DEADLINE_MS = 3_600_000;

/** Runs a git that takes a lock which it would leave behind if it were killed. False: it failed. */
export async function runRecorded(ground: EraseGround, args: GitCall['args']): Promise<boolean> {
  const git = ground.runner.converse(args, DEADLINE_MS);
  const identity = git.pid === null ? undefined : identifyProcess(git.pid);
  if (identity !== undefined) {
    const { boot, place, pid, started } = identity;
    replaceFile(recordPath(ground), Buffer.from([boot, place, pid, started, ''].join('\n')));
  }
  const code = await git.end().catch(() => null);
  if (git.pid === null) {
    throw gitFailure(args[0], { kind: 'missing', code, reason: null, stderr: git.stderr() });
  }
  removeIfThere(recordPath(ground));
  return code === 0;
}

/** Removes the locks of a recorded git that was killed. */
export async function releaseChildLocks(ground: EraseGround): Promise<void> {
  const record = readSmallFile(recordPath(ground), LONGEST);
  if (record === undefined) return;
  const identity = parseIdentity(Buffer.from(record).toString('utf8'));
  for (let waited = 0; waited < PATIENCE_MS && isAlive(identity); waited += POLL_MS) await sleep(POLL_MS);
  if (isAlive(identity)) return;
  const since = timeOf(recordPath(ground)) ?? 0;
  const suspects = LOCKS.map((name) => join(ground.objectsDir, name)).flatMap((path) => {
    const time = timeOf(path);
    return time === undefined || time < since - POLL_MS ? [] : [{ path, time }];
  });
  if (suspects.length > 0) await sleep(UNCHANGED_MS);
  for (const { path, time } of suspects) if (timeOf(path) === time) removeIfThere(path);
  removeIfThere(recordPath(ground));
}

function parseIdentity(text: string): ProcessIdentity {
  const [boot = '', place = '', pid = '', started = ''] = text.split('\n');
  return { boot, place, pid: Number(pid), started };
}

function recordPath({ scratchDir }: EraseGround): string {
  return join(scratchDir, 'child');
}

function timeOf(path: string): number | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
