import { join } from 'node:path';
import { gitFailure } from '#git/failure.ts';
import { removeIfThere } from '#git/private-file.ts';
import type { GitCall } from '#git/run.ts';
import { recordChild, releaseLocks } from './child-record.ts';
import type { EraseGround } from './ground.ts';

const LOCKS = [
  'info/commit-graph.lock',
  'info/commit-graphs/commit-graph-chain.lock',
  'pack/multi-pack-index.lock',
] as const;
const DEADLINE_MS = 3_600_000;

/** Runs a git that takes a lock which it would leave behind if it were killed. False: it failed. */
export async function runRecorded(ground: EraseGround, args: GitCall['args']): Promise<boolean> {
  const git = await ground.runner.converse(args, DEADLINE_MS);
  recordChild(recordPath(ground), git.pid, []);
  const code = await git.end().catch(() => null);
  if (git.pid === null) {
    throw gitFailure(args[0], { kind: 'missing', code, reason: null, stderr: git.stderr() });
  }
  removeIfThere(recordPath(ground));
  return code === 0;
}

/** Removes the locks of a recorded git that was killed. */
export function releaseChildLocks(ground: EraseGround): Promise<void> {
  return releaseLocks(recordPath(ground), {
    largest: 4096,
    patience: 10_000,
    locksOf: () => LOCKS.map((name) => join(ground.objectsDir, name)),
  });
}

/** `<git common dir>/heddle/erase/child`. */
function recordPath({ scratchDir }: EraseGround): string {
  return join(scratchDir, 'child');
}
