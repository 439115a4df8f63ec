import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, found } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

/** Git's id of the secret. */
const BLOB = '47a284b7a7a4dba9d5ec7618c4ad7091ce1e43e8';

let stage: Stage;
const at = (path: string): string => `${stage.path}/${path}`;
const read = (path: string): string => readFileSync(at(path), 'utf8');
const changed = async (): Promise<readonly string[]> =>
  ((await stage.dev.answer('status')).changed ?? []).map(({ path }) => path);

beforeAll(async () => {
  stage = new Stage();
  stage.write('of-git', 'of git\n');
  stage.repository.commit('base');
  await stage.withDev();
  for (const path of ['src/a.ts', 'src/b.ts', 'top']) stage.write(path, 'one\n');
  stage.write('.gitignore', '*.o\n');
  stage.repository.executable('run', '#!/bin/sh\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('restore', () => {
  itNeedsARepository(['restore', 'x']);

  it('brings files back to the last state, and undo brings them back to what they were', async () => {
    stage.write('src/a.ts', 'two\n');
    stage.repository.remove('src/b.ts');
    stage.write('src/new.ts', 'new\n');
    stage.write('top', 'mine\n');
    const before = stage.footprint();
    const answer = await stage.dev.answer('restore', ['src']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/login',
      restored: [
        { path: 'src/a.ts', change: 'modified' },
        { path: 'src/b.ts', change: 'added' },
        { path: 'src/new.ts', change: 'deleted' },
      ],
    });
    expect([read('src/a.ts'), read('src/b.ts'), read('top')]).toEqual(['one\n', 'one\n', 'mine\n']);
    expect(existsSync(at('src/new.ts'))).toBe(false);
    const threads = (refs: readonly string[]): readonly string[] =>
      refs.filter((ref) => !ref.includes('/snapshots/') && !ref.includes('/authority'));
    expect(threads(stage.footprint().refs)).toEqual(threads(before.refs));
    expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
    const undone = await stage.dev.answer('undo');
    expect(undone).toMatchObject({ undone: answer.operation, op: 'restore', states: [] });
    expect(schemaProblems(undone)).toEqual([]);
    expect([read('src/a.ts'), read('src/new.ts')]).toEqual(['two\n', 'new\n']);
    expect(await changed()).toEqual(['src/a.ts', 'src/b.ts', 'src/new.ts', 'top']);
    expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
    const again = await stage.dev.answer('redo');
    expect(again).toMatchObject({ redone: answer.operation, op: 'restore', states: [] });
    expect([read('src/a.ts'), read('src/b.ts'), read('top')]).toEqual(['one\n', 'one\n', 'mine\n']);
    expect(existsSync(at('src/new.ts'))).toBe(false);
    await stage.dev.ok(['undo']);
    expect([read('src/a.ts'), read('src/new.ts')]).toEqual(['two\n', 'new\n']);
    // What Git ignores stands where a file would come again.
    stage.write('src/b.ts/deep.o', 'ignored\n');
    await expectRefusal(stage.dev, ['redo'], { exit: 65, code: 'UNDO_REFUSED' });
    expect([read('src/a.ts'), read('src/b.ts/deep.o')]).toEqual(['two\n', 'ignored\n']);
    expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
  });

  it('says what it did, and that nothing differs', async () => {
    stage.write('src/a.ts', 'two\n');
    const { stdout } = await stage.dev.ok(['restore', 'src/a.ts']);
    expect(stdout).toMatch(/^restored from hs-\w+\n {2}M src\/a\.ts\n$/);
    const before = stage.footprint();
    const again = await stage.dev.answer('restore', ['src/a.ts']);
    expect(again).toMatchObject({ restored: [], operation: null });
    expect(stage.footprint()).toEqual(before);
    expect((await stage.dev.ok(['restore', '.'])).stdout).toMatch(/^nothing differs from hs-/);
  });

  it('takes files from an older state, a thread or a Git revision', async () => {
    const { states } = await stage.dev.answer('log');
    stage.write('src/a.ts', 'two\n');
    await stage.dev.ok(['capture', '-m', 'Second']);
    await stage.dev.ok(['restore', 'src/a.ts', '--from', found(states[0]).state]);
    expect(read('src/a.ts')).toBe('one\n');
    await stage.dev.ok(['restore', 'src/a.ts', '--from', 'task/login']);
    expect(read('src/a.ts')).toBe('two\n');
    stage.write('of-git', 'mine\n');
    const answer = await stage.dev.answer('restore', ['of-git', '--from', 'HEAD']);
    expect(answer.from).toBe(stage.git('rev-parse', 'HEAD').trim());
    expect(read('of-git')).toBe('of git\n');
    const { stdout } = await stage.dev.ok(['restore', 'of-git', '--from', 'HEAD']);
    expect(stdout).toMatch(/^nothing differs from commit [0-9a-f]{12}\n$/);
  });

  it('keeps modes and links, and swaps a file and a directory', async () => {
    rmSync(at('run'));
    stage.write('run/deep', 'deep\n');
    rmSync(at('top'));
    symlinkSync('src/a.ts', at('top'));
    stage.git('config', 'core.bare', 'false');
    await stage.dev.ok(['restore', 'run', 'top']);
    expect(lstatSync(at('run')).mode & 0o111).not.toBe(0);
    expect(lstatSync(at('top')).isFile()).toBe(true);
    await stage.dev.ok(['undo']);
    expect(read('run/deep')).toBe('deep\n');
    expect(lstatSync(at('top')).isSymbolicLink()).toBe(true);
    expect(await changed()).toEqual(['run', 'run/deep', 'top']);
  });

  it('takes paths from the current directory, and leaves the index and branches of Git alone', async () => {
    stage.write('src/a.ts', 'two\n');
    stage.git('add', 'src/a.ts');
    const staged = stage.git('ls-files', '-s');
    await stage.dev.ok(['restore', 'a.ts'], { cwd: at('src') });
    expect(read('src/a.ts')).toBe('one\n');
    expect(stage.git('ls-files', '-s')).toBe(staged);
  });

  it('is asked at every path, and denied without the role; nothing is written', async () => {
    const agent = await stage.agent('narrow', { resource: 'acme/core@task/login:src' });
    stage.write('src/a.ts', 'two\n');
    stage.write('top', 'two\n');
    const argv = ['restore', 'src', 'top'];
    const run = await expectDenial(stage, agent, { argv, code: 'SCOPE_RESOURCE' });
    expect(denialOf(run).denied).toEqual(['acme/core@task/login:top']);
    await agent.ok(['restore', 'src']);
    expect([read('src/a.ts'), read('top')]).toEqual(['one\n', 'two\n']);
    const stranger = stage.dev.with({ AI_AGENT: 'somebody' });
    await expectDenial(stage, stranger, { argv: ['restore', 'top'], code: 'CREDENTIAL_MISSING' });
    expect(read('top')).toBe('two\n');
  });

  it('refuses what is not there, what is no path, and what it would write over unseen', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['restore', 'none'], { exit: 65, code: 'NOT_FOUND' });
    expect((await stage.dev.run(['restore', 'none'])).stderr).toContain(
      'hint: paths are taken literally; name a',
    );
    await expectRefusal(stage.dev, ['restore', 'top', '--from', 'none'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['restore', '../x'], { exit: 64, code: 'PATH_INVALID' });
    await expectRefusal(stage.dev, ['restore', '.git/config'], { exit: 64, code: 'PATH_INVALID' });
    await expectRefusal(stage.dev, ['restore'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['restore', 'top', ''], { exit: 64, code: 'USAGE' });
    // What Git ignores stands in the way: at the path, and below it.
    rmSync(at('src'), { recursive: true });
    stage.write('src/a.ts/deep.o', 'ignored\n');
    await expectRefusal(stage.dev, ['restore', 'src'], { exit: 73, code: 'OUTPUT_EXISTS' });
    expect(read('src/a.ts/deep.o')).toBe('ignored\n');
    expect(stage.footprint()).toEqual(before);
  });

  it('follows no link out of the work tree', async () => {
    const outside = stage.beside('outside');
    mkdirSync(outside);
    rmSync(at('src'), { recursive: true });
    symlinkSync(outside, at('src'));
    await stage.dev.ok(['restore', 'src']);
    expect(lstatSync(at('src')).isDirectory()).toBe(true);
    expect(existsSync(`${outside}/a.ts`)).toBe(false);
    stage.write('.gitignore', '*.o\nlink\n');
    await stage.dev.ok(['capture', '-m', 'Ignore links']);
  });

  it('is not taken back over what was changed since', async () => {
    stage.write('src/a.ts', 'two\n');
    await stage.dev.ok(['restore', 'src/a.ts']);
    stage.write('src/a.ts', 'three\n');
    await expectRefusal(stage.dev, ['undo'], { exit: 65, code: 'UNDO_REFUSED' });
    expect(read('src/a.ts')).toBe('three\n');
  });

  it('puts no removed content on the disk again, and a purge takes its snapshots away', async () => {
    stage.write('src/secret.ts', 'a secret\n');
    await stage.dev.ok(['capture', '-m', 'Secret']);
    stage.write('src/secret.ts', 'no secret\n');
    await stage.dev.ok(['capture', '-m', 'No secret']);
    const { states } = await stage.dev.answer('log');
    const old = found(states[1]).state;
    await stage.dev.ok(['restore', 'src/secret.ts', '--from', old]);
    expect(read('src/secret.ts')).toBe('a secret\n');
    await stage.dev.ok(['undo']);
    expect(stage.git('for-each-ref', 'refs/heddle/snapshots')).not.toBe('');
    const redact = ['src/secret.ts', '--state', old, '--reason', 'by mistake'];
    const { tombstone } = await stage.owner.answer('redact', redact);
    await stage.dev.ok(['restore', 'src/secret.ts', '--from', old]);
    expect(read('src/secret.ts')).not.toContain('a secret');
    await stage.dev.ok(['undo']);
    await stage.dev.ok(['redo']);
    expect(read('src/secret.ts')).not.toContain('a secret');
    await stage.dev.ok(['undo']);
    expect(read('src/secret.ts')).toBe('no secret\n');
    const purged = await stage.owner.answer('purge', [found(tombstone), '--yes']);
    expect(purged.outcome).toBe('complete');
    expect(stage.git('cat-file', '--batch-all-objects', '--batch-check', '--buffer')).not.toContain(BLOB);
    expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
  });
});
