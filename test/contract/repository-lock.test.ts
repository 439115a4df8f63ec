import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { randomBytes } from '#platform/random.ts';
import type { RepositoryLock } from '#ports/log.ts';
import { openRepositoryLock } from '#storage/lock/lock.ts';
import { createMemoryLock } from '../support/memory/repository-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const clock = { now: () => formatInstant(nowMilliseconds()) };

const implementations: readonly (readonly [string, () => RepositoryLock])[] = [
  ['in memory', () => createMemoryLock()],
  ['on disk', () => openRepositoryLock(mkdtempSync(join(root, 'clone-')), { clock, random: randomBytes })],
];

describe.each(implementations)('a repository lock %s', (_, open) => {
  it('gives back what the work gives, and its failure', async () => {
    const lock = open();
    expect(lock.isHeld()).toBe(false);
    expect(await lock.run(async () => lock.isHeld())).toBe(true);
    expect(await lock.tryRun(async () => lock.isHeld())).toBe(true);
    expect(lock.isHeld()).toBe(false);
    expect(await lock.run(async () => 7)).toBe(7);
    await expect(lock.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lock.tryRun(async () => 8)).toBe(8);
    await expect(lock.tryRun(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lock.run(async () => 9)).toBe(9);
  });

  it('lets one in at a time', async () => {
    const lock = open();
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 6 }, () => lock.run(work)));
    expect(most).toBe(1);
  });

  it('does not wait where it is only tried', async () => {
    const lock = open();
    await lock.run(async () => {
      expect(await lock.tryRun(async () => 'ran')).toBeUndefined();
    });
    expect(await lock.tryRun(async () => 'ran')).toBe('ran');
  });
});
