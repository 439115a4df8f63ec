import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatInstant } from '#domain/time.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { currentProcess, type ProcessIdentity } from '#platform/process-identity.ts';
import { randomBytes } from '#platform/random.ts';
import { openRepositoryLock } from '#storage/lock/lock.ts';
import { encodeHolder } from '#storage/lock/lock-record.ts';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';
import { KILL_PRELOAD } from '../support/kill-sweep.ts';

const PROCESSES = 8;
const clock = { now: () => formatInstant(nowMilliseconds()) };
let program: BundledProgram;
let root: string;
let common: string;
let heddle: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'heddle-lock-'));
  program = await bundleProgram(new URL('../support/programs/lock-stress.ts', import.meta.url));
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await program.remove();
});
beforeEach(() => {
  common = mkdtempSync(join(root, 'clone-'));
  heddle = join(common, 'heddle');
  mkdirSync(heddle);
});

const open = (waitMs = 100) => openRepositoryLock(common, { clock, random: randomBytes, waitMs });
const read = (name: string): string =>
  existsSync(join(common, name)) ? readFileSync(join(common, name), 'utf8') : '';

/** Runs one stress process to its end; killed at its n-th file-system step where `killAt` is given. */
function stress(times: number, killAt?: number): Promise<NodeJS.Signals | null> {
  const when = (killAt ?? 0) % 2 === 0 ? 'before' : 'after';
  const env = killAt === undefined ? {} : { KILL_AT: String(killAt), KILL_WHEN: when, COUNT_UNDER: common };
  const preload = killAt === undefined ? [] : ['--import', KILL_PRELOAD];
  const argv = [...preload, program.path, common, String(times)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code !== null && code !== 0) reject(new Error(`a stress process ended with ${code}`));
      else resolve(signal);
    });
  });
}

/** Whoever is not us and certainly gone. */
function dead(nonce: string): { identity: ProcessIdentity; bytes: Uint8Array; nonce: string } {
  const identity = { ...currentProcess(), started: '1' };
  const full = nonce.repeat(32).slice(0, 32);
  return { identity, nonce: full, bytes: encodeHolder({ ...identity, nonce: full, since: clock.now() }) };
}

describe('the repository lock, held by processes that are killed', () => {
  it('is never held by two, whatever step of taking it they die at', async () => {
    let killed = 0;
    let seed = 20_261_121;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const slot = async (): Promise<void> => {
      for (let round = 0; round < 12; round += 1) {
        if ((await stress(400, 1 + next(240))) === 'SIGKILL') killed += 1;
      }
      expect(await stress(500)).toBeNull();
    };
    writeFileSync(join(common, 'go'), '');
    await Promise.all(Array.from({ length: PROCESSES }, slot));
    const entries = read('entries').trim().split('\n');
    expect(read('violations')).toBe('');
    expect(killed).toBe(PROCESSES * 12);
    expect(entries.length).toBeGreaterThan(2000);
    // A process that died inside between the counter and the note may have left one more count.
    expect(Number(read('counter'))).toBeGreaterThanOrEqual(entries.length);
    expect(Number(read('counter')) - entries.length).toBeLessThanOrEqual(killed);
    // They overlapped: the lock changed hands all the time.
    const changes = entries.filter((pid, index) => pid !== entries[index - 1]).length;
    expect(changes).toBeGreaterThan(PROCESSES * 20);
    await open().run(async () => undefined);
    expect(readdirSync(heddle).filter((name) => !name.startsWith('lock.own.'))).toEqual([]);
  }, 180_000);
});

describe('the stress program', () => {
  it('sees two processes inside, so that it can fail', async () => {
    writeFileSync(join(common, 'go'), '');
    const stray = { ...currentProcess() };
    writeFileSync(join(common, 'inside'), JSON.stringify(stray));
    await stress(1);
    expect(read('violations')).toContain(`entered beside ${process.pid}`);
  });
});

describe('a lock of a dead process', () => {
  it('is taken over, and nothing is left of it', async () => {
    writeFileSync(join(heddle, 'lock'), dead('a').bytes);
    expect(await open().run(async () => readdirSync(heddle))).toEqual(['lock']);
    expect(readdirSync(heddle)).toEqual([]);
  });

  it('is taken over by tryRun too', async () => {
    writeFileSync(join(heddle, 'lock'), dead('a').bytes);
    expect(await open().tryRun(async () => 'ran')).toBe('ran');
  });

  it('is taken over where those who claimed it died as well, one after another', async () => {
    const [holder, first, second] = [dead('a'), dead('b'), dead('c')];
    writeFileSync(join(heddle, 'lock'), holder.bytes);
    writeFileSync(join(heddle, `lock.own.${first.nonce}`), first.bytes);
    linkSync(join(heddle, `lock.own.${first.nonce}`), join(heddle, `lock.take.${holder.nonce}`));
    writeFileSync(join(heddle, `lock.take.${first.nonce}`), second.bytes);
    expect(await open().run(async () => 'ran')).toBe('ran');
    expect(readdirSync(heddle)).toEqual([`lock.own.${first.nonce}`]);
  });

  it('is left alone while a living process has claimed it', async () => {
    const holder = dead('a');
    const claimer = encodeHolder({ ...currentProcess(), nonce: 'd'.repeat(32), since: clock.now() });
    writeFileSync(join(heddle, 'lock'), holder.bytes);
    writeFileSync(join(heddle, `lock.take.${holder.nonce}`), claimer);
    await expect(open().run(async () => undefined)).rejects.toMatchObject({ code: 'LOCK_HELD' });
    expect(await open().tryRun(async () => undefined)).toBeUndefined();
    expect(readFileSync(join(heddle, 'lock'))).toEqual(Buffer.from(holder.bytes));
    rmSync(join(heddle, `lock.take.${holder.nonce}`));
    expect(await open().tryRun(async () => 'ran')).toBe('ran');
  });

  it('is not taken with a claim that is about another holder', async () => {
    // What a slow claimer of an earlier holder does: it wins a claim, finds another in the lock, withdraws.
    const claimed = dead('b');
    writeFileSync(
      join(heddle, 'lock'),
      encodeHolder({ ...currentProcess(), nonce: 'e'.repeat(32), since: clock.now() }),
    );
    writeFileSync(join(heddle, `lock.take.${claimed.nonce}`), claimed.bytes);
    await expect(open().run(async () => undefined)).rejects.toMatchObject({ code: 'LOCK_HELD' });
  });

  it.each([
    ['empty', ''],
    ['half written', '{"boot":"x","non'],
    ['zeros', '\0'.repeat(200)],
  ])('is taken over where a crash of the machine left it %s', async (_, left) => {
    writeFileSync(join(heddle, 'lock'), left);
    expect(await open().run(async () => 'ran')).toBe('ran');
    expect(readdirSync(heddle)).toEqual([]);
  });
});

describe('a lock of a living process', () => {
  it('is waited for, then refused with pid and time', async () => {
    const lock = open(60);
    await lock.run(async () => {
      const refused = open(60).run(async () => undefined);
      await expect(refused).rejects.toMatchObject({
        code: 'LOCK_HELD',
        facts: { pid: process.pid, since: expect.stringMatching(/^\d{4}-.*Z$/) },
        preserved: 'nothing was changed',
      });
    });
    expect(await lock.run(async () => 'free')).toBe('free');
  });

  it('of another machine or container is never judged dead', async () => {
    const elsewhere = { ...currentProcess(), place: 'elsewhere/pid:[1]', pid: 1, started: '1' };
    const bytes = encodeHolder({ ...elsewhere, nonce: 'f'.repeat(32), since: clock.now() });
    writeFileSync(join(heddle, 'lock'), bytes);
    await expect(open().run(async () => undefined)).rejects.toMatchObject({
      facts: { place: elsewhere.place },
    });
    expect(readFileSync(join(heddle, 'lock'))).toEqual(Buffer.from(bytes));
  });

  it('in a later format is never touched', async () => {
    writeFileSync(join(heddle, 'lock'), '{"type":"lock","v":2}');
    await expect(open().run(async () => undefined)).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    expect(read('heddle/lock')).toBe('{"type":"lock","v":2}');
  });

  it('leaves no file behind whoever waited in vain', async () => {
    await open().run(async () => {
      await expect(open(20).run(async () => undefined)).rejects.toMatchObject({ code: 'LOCK_HELD' });
      expect(readdirSync(heddle)).toEqual(['lock']);
    });
  });
});
