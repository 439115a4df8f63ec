import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { randomBytes } from '#platform/random.ts';
import { openPushTurn } from '#storage/lock/push-turn.ts';

const clock = { now: () => formatInstant(nowMilliseconds()) };
let root: string;
let gits: ChildProcess[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-turn-'));
  gits = [];
});
afterEach(() => {
  for (const git of gits) git.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** A turn as a hook of another git has it. */
function turnOf(git: number, waitMs = 20) {
  return openPushTurn(root, { clock, random: randomBytes, git, waitMs });
}

function startGit(): ChildProcess & { readonly pid: number } {
  const git = spawn('sleep', ['600'], { stdio: 'ignore' });
  gits.push(git);
  if (git.pid === undefined) throw new Error('invariant: sleep starts');
  return Object.assign(git, { pid: git.pid });
}

describe('the turn of a push', () => {
  it('outlives the hook that took it, and is ended by another hook of the same git alone', async () => {
    const [one, other] = [startGit().pid, startGit().pid];
    await turnOf(one).begin();
    await expect(turnOf(other).begin()).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await turnOf(other).end();
    await expect(turnOf(other).begin()).rejects.toMatchObject({ code: 'LOCK_HELD' });
    await turnOf(one).end();
    await turnOf(one).end();
    await turnOf(other).begin();
  });

  it('ends with the git that was killed', async () => {
    const [one, other] = [startGit(), startGit().pid];
    await turnOf(one.pid).begin();
    const waiting = turnOf(other, 60_000).begin();
    const ended = once(one, 'exit');
    one.kill('SIGKILL');
    await ended;
    await waiting;
    await expect(turnOf(startGit().pid).begin()).rejects.toMatchObject({ code: 'LOCK_HELD' });
  });

  it('is nobody’s where the git is gone', async () => {
    for (const gone of [1, 2 ** 22 + 1])
      await expect(turnOf(gone).begin()).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });
});
