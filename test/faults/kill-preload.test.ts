import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { countSteps, runProgram, sweep, type RunResult } from '../support/kill-sweep.ts';

const base = mkdtempSync(join(tmpdir(), 'heddle-preload-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let directory: string;
let root: string;
beforeEach(() => {
  directory = mkdtempSync(join(base, 'case-'));
  root = join(directory, 'root');
  mkdirSync(root);
});

/** Eight steps by every kind of interface, in a known order; then a mark outside of what is counted. */
const STEPS = `
import { writeFileSync, openSync, writeSync, fsyncSync, closeSync, renameSync, rename, readFileSync } from 'node:fs';
import { writeFile, open, unlink } from 'node:fs/promises';
writeFileSync('one', 'aaaaaaaa');
readFileSync('one');
const fd = openSync('two', 'w');
writeSync(fd, Buffer.from('bbbbbbbb'));
fsyncSync(fd);
closeSync(fd);
renameSync('two', 'three');
await new Promise((done, fail) => rename('three', 'four', (error) => error ? fail(error) : done()));
await writeFile('five', 'cccccccc');
await unlink('one');
const handle = await open('six', 'a');
await handle.write('dddddddd');
await handle.sync();
await handle.close();
writeFileSync('../outside', 'done');
process.stdout.write('end');
`;
const KINDS = [
  'write',
  'open',
  'write',
  'fsync',
  'rename',
  'rename',
  'write',
  'unlink',
  'open',
  'write',
  'fsync',
];

async function run(text: string, settings: Record<string, string>): Promise<RunResult> {
  const path = join(directory, 'program.mjs');
  writeFileSync(path, text);
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, COUNT_UNDER: root, ...settings };
  return runProgram({ argv: [path], cwd: root, env });
}

const content = (name: string): string | undefined =>
  existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : undefined;

describe('the preload that kills', () => {
  it('lets the program run when nothing is asked, and counts by kind and path', async () => {
    const path = join(directory, 'program.mjs');
    writeFileSync(path, STEPS);
    const counted = await countSteps({ root, argv: [path], cwd: root, env: {} });
    expect(counted.code).toBe(0);
    expect(counted.stdout).toBe('end');
    expect(counted.steps.map(({ kind }) => kind)).toEqual(KINDS);
    expect(counted.steps.map((step) => step.path)).toEqual([
      'one',
      'two',
      'two',
      'two',
      'three',
      'four',
      'five',
      'one',
      'six',
      'six',
      'six',
    ]);
    expect(readFileSync(join(directory, 'outside'), 'utf8')).toBe('done');
  });

  it('kills before, during and after exactly the n-th step', async () => {
    for (const [step, kind] of KINDS.entries()) {
      for (const when of ['before', 'during', 'after']) {
        rmSync(root, { recursive: true });
        mkdirSync(root);
        const result = await run(STEPS, { KILL_AT: String(step + 1), KILL_WHEN: when });
        expect(result.signal, `${when} ${step + 1} ${kind}`).toBe('SIGKILL');
        expect(existsSync(join(directory, 'outside'))).toBe(false);
      }
    }
    expect(content('six')).toBe('dddddddd');
    const after = await run(STEPS, { KILL_AT: String(KINDS.length + 1) });
    expect(after).toMatchObject({ signal: null, code: 0 });
  });

  it("leaves what the step's moment means", async () => {
    await run(STEPS, { KILL_AT: '1', KILL_WHEN: 'before' });
    expect(content('one')).toBeUndefined();
    await run(STEPS, { KILL_AT: '1', KILL_WHEN: 'during' });
    expect(content('one')).toBe('aaaa');
    await run(STEPS, { KILL_AT: '1', KILL_WHEN: 'after' });
    expect(content('one')).toBe('aaaaaaaa');
    await run(STEPS, { KILL_AT: '3', KILL_WHEN: 'during' });
    expect(content('two')).toBe('bbbb');
    await run(STEPS, { KILL_AT: '5', KILL_WHEN: 'before' });
    expect([content('two'), content('three')]).toEqual(['bbbbbbbb', undefined]);
    await run(STEPS, { KILL_AT: '6', KILL_WHEN: 'after' });
    expect([content('three'), content('four')]).toEqual([undefined, 'bbbbbbbb']);
    await run(STEPS, { KILL_AT: '7', KILL_WHEN: 'during' });
    expect(content('five')).toBe('cccc');
    await run(STEPS, { KILL_AT: '10', KILL_WHEN: 'during' });
    expect(content('six')).toBe('dddd');
  });

  it('fails the n-th step with the error that was asked for, by every kind of interface', async () => {
    for (const [step, kind] of KINDS.entries()) {
      const program = `process.on('uncaughtException', ({ code, syscall }) => {
        process.stdout.write(code + ' ' + syscall); process.exit(3); });\nawait import('./steps.mjs');`;
      writeFileSync(join(directory, 'steps.mjs'), STEPS);
      const result = await run(program, { ERROR_AT: String(step + 1), ERROR_CODE: 'EIO' });
      expect(result).toMatchObject({ code: 3, stdout: `EIO ${kind}` });
    }
  });

  it('keeps a disk full from a step on, but lets files be removed', async () => {
    const program = `import { writeFileSync, unlinkSync } from 'node:fs';
      writeFileSync('one', 'x');
      for (const name of ['two', 'three']) try { writeFileSync(name, 'y'); } catch ({ code }) { process.stdout.write(code); }
      unlinkSync('one');`;
    expect(await run(program, { ERROR_FROM: '2' })).toMatchObject({ code: 0, stdout: 'ENOSPCENOSPC' });
    expect(content('one')).toBeUndefined();
  });
});

const GIT = `
import { execFile, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
execFileSync('git', ['init', '-q', '.']);
await new Promise((done) => execFile('git', ['config', 'a.b', 'c'], done));
const child = spawn('git', ['cat-file', '--batch-check']);
child.stdin.write('HEAD\\n');
await new Promise((done) => child.stdout.once('data', done));
child.stdin.end();
await new Promise((done) => child.once('close', done));
writeFileSync('end', 'end');
`;

describe('the preload and git children', () => {
  it('counts each child, its start and its end', async () => {
    const path = join(directory, 'program.mjs');
    writeFileSync(path, GIT);
    const env = { PATH: process.env['PATH'] ?? '', HOME: directory };
    const counted = await countSteps({ root, argv: [path], cwd: root, env });
    expect(counted.stderr).toBe('');
    expect(counted.git.map((argv) => argv[1])).toEqual(['init', 'config', 'cat-file']);
    expect(counted.steps.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 3 }, () => ['git-spawn', 'git-exit']).flat(),
      'write',
    ]);
  });

  it('kills before, during and after the n-th child', async () => {
    expect((await run(GIT, { KILL_GIT: '1,before' })).signal).toBe('SIGKILL');
    expect(existsSync(join(root, '.git'))).toBe(false);
    expect((await run(GIT, { KILL_GIT: '1,after' })).signal).toBe('SIGKILL');
    expect(existsSync(join(root, '.git'))).toBe(true);
    expect((await run(GIT, { KILL_GIT: '2,after' })).signal).toBe('SIGKILL');
    expect(execFileSync('git', ['config', 'a.b'], { cwd: root, encoding: 'utf8' })).toBe('c\n');
    const during = { KILL_GIT: '3,during', KILL_GIT_OUTPUT: 'missing' };
    expect((await run(GIT, during)).signal).toBe('SIGKILL');
    expect((await run(GIT, { KILL_GIT: '3,during' })).signal).toBe('SIGKILL');
    expect(content('end')).toBeUndefined();
    expect((await run(GIT, { KILL_GIT: '4,before' })).signal).toBeNull();
    expect(content('end')).toBe('end');
  });
});

describe('the sweep', () => {
  const options = () => {
    const path = join(directory, 'program.mjs');
    writeFileSync(path, STEPS);
    writeFileSync(join(root, 'kept'), 'as it was');
    return { root, argv: [path], cwd: root, env: {}, sample: 6 };
  };

  it('begins each case from the same files and puts them back', async () => {
    const seen: string[] = [];
    const report = await sweep({
      ...options(),
      check: ({ what, disturbed }) => {
        expect(disturbed.signal).toBe('SIGKILL');
        expect(content('kept')).toBe('as it was');
        seen.push(what);
      },
    });
    expect(report.cases).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect(seen[0]).toBe('write at step 1, killed before: one');
    expect(content('one')).toBeUndefined();
    expect(Object.values(report.kinds).reduce((sum, count) => sum + count, 0)).toBe(report.cases);
  });

  it('fails with the case that the check refused', async () => {
    const check = (): never => {
      throw new Error('torn');
    };
    await expect(sweep({ ...options(), check })).rejects.toThrow('write at step 1, killed before: one: torn');
  });

  it('fails where a kill did not happen', async () => {
    const disturb = () => [{ kind: 'kill', step: 99, when: 'before' }] as const;
    await expect(sweep({ ...options(), disturb, check: () => undefined })).rejects.toThrow('was not killed');
  });

  it('runs what follows after the disturbed run', async () => {
    const next = join(directory, 'next.mjs');
    writeFileSync(
      next,
      `import { existsSync } from 'node:fs'; process.stdout.write(String(existsSync('one')));`,
    );
    const disturb = () =>
      [
        { kind: 'kill', step: 1, when: 'before' },
        { kind: 'kill', step: 1, when: 'after' },
      ] as const;
    const followed: (string | undefined)[] = [];
    await sweep({
      ...options(),
      followUp: [next],
      disturb,
      check: ({ followUp }) => void followed.push(followUp?.stdout),
    });
    expect(followed).toEqual(['false', 'true']);
  });
});
