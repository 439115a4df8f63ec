import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryPins } from '../support/memory/clone-pins.ts';
import { openLocalRecords } from '#storage/local-records.ts';
import { openOperationLog } from '#storage/log/operation-log.ts';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';
import { fillDiskEverywhere, runProgram, sweep, type SweepCase } from '../support/kill-sweep.ts';
import { sampleDigest, SAMPLE_THREAD } from '../support/samples/sample-operations.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';

const BEFORE = 2;
let program: BundledProgram;
let root: string;
let common: string;

beforeAll(async () => {
  program = await bundleProgram(new URL('../support/programs/log-append.ts', import.meta.url));
  root = mkdtempSync(join(tmpdir(), 'heddle-append-'));
  common = join(root, 'clone', '.git');
  for (let index = 0; index < BEFORE; index += 1) {
    const { stderr } = await runProgram({ argv: [program.path, common], cwd: tmpdir(), env: {} });
    expect(stderr).toBe('');
  }
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await program.remove();
});

const run = () => ({
  root: join(root, 'clone'),
  argv: [program.path, common],
  followUp: [program.path, common],
  cwd: tmpdir(),
  env: {},
});

/** After the next command everything is whole: the disturbed operation is there, or never was. */
async function assertWhole({ followUp }: SweepCase): Promise<void> {
  expect(followUp?.stderr).toBe('');
  expect([BEFORE + 1, BEFORE + 2]).toContain(Number(followUp?.stdout));
  const log = openOperationLog(common, SHA256_HASHER);
  const { operations, findings } = await log.check();
  expect(findings).toEqual([]);
  expect(operations.length).toBe(Number(followUp?.stdout));
  expect(await log.unapplied()).toEqual([]);
  expect(await log.readChain(sampleDigest('chain'))).toEqual(Uint8Array.of(1, 2, 3));
  expect(await openLocalRecords(common, createMemoryPins()).readThread(SAMPLE_THREAD.thread)).toEqual({
    record: SAMPLE_THREAD,
    seal: null,
  });
  expect(readdirSync(join(common, 'heddle', 'tmp'))).toEqual([]);
  expect(existsSync(join(common, 'heddle', 'lock'))).toBe(false);
}

describe('an operation that is killed at any step in storage', () => {
  it('is there as a whole after the next command, or never was', async () => {
    const { counted, cases, kinds } = await sweep({ ...run(), sample: 24, check: assertWhole });
    expect(Number(counted.stdout)).toBe(BEFORE + 1);
    expect(counted.steps.filter(({ kind }) => kind === 'fsync').length).toBeGreaterThanOrEqual(3);
    const undisturbed = counted.steps.map(({ kind }) => kind);
    expect(new Set(undisturbed)).toEqual(
      new Set(['mkdir', 'open', 'write', 'link', 'unlink', 'fsync', 'rename']),
    );
    expect(cases).toBeGreaterThanOrEqual(24);
    expect(kinds['write']).toBeGreaterThan(0);
  });
});

describe('an operation that meets a full disk', () => {
  it('fails as DISK_FULL before its commit point, leaves nothing, and later succeeds', async () => {
    let failures = 0;
    await sweep({
      ...run(),
      sample: 16,
      disturb: fillDiskEverywhere,
      check: async (found) => {
        if (found.disturbed.code !== 0) {
          failures += 1;
          expect(found.disturbed.stderr).toMatch(/DISK_FULL|could not be taken back/);
        }
        await assertWhole(found);
      },
    });
    expect(failures).toBeGreaterThan(5);
  });
});

describe('operations of processes at once', () => {
  it('are all there, in one chain, and nobody who reads beside them sees damage', async () => {
    const log = openOperationLog(common, SHA256_HASHER);
    const before = (await log.check()).operations.length;
    const runs = await Promise.all(Array.from({ length: 24 }, () => runProgram(run())));
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']));
    const { operations, findings } = await log.check();
    expect(findings).toEqual([]);
    expect(operations.length).toBe(before + runs.length);
    expect(await log.unapplied()).toEqual([]);
  });
});
