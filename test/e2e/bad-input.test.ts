import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, printed, story } from '../support/cli/run-heddle.ts';
import { Stage } from '../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../support/cli/verb-contract.ts';

const NOBODY = 65_534;
const THREAD = 'refs/heddle/threads/task/login';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture']);
  await stage.agent('worker');
  stage.keep();
});
beforeEach(() => {
  stage.reset();
  stage.write('src/a.ts', 'b\n');
});
afterAll(() => stage.dispose());

const worker = () => stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('worker.hcred') });

/** Runs one command both ways: its own code, and nothing written at all. */
async function expectUntouched(
  argv: readonly string[],
  options: Parameters<typeof expectRefusal>[2],
): Promise<void> {
  const before = stage.footprint();
  await expectRefusal(stage.dev, argv, options);
  expect(stage.footprint()).toEqual(before);
  expect(stage.leftovers()).toEqual([]);
}

function giveStageTo(uid: number): void {
  for (const name of readdirSync(stage.root, { recursive: true, encoding: 'utf8' })) {
    lchownSync(stage.beside(name), uid, uid);
  }
  lchownSync(stage.root, uid, uid);
}

function rewriteCredential(change: (credential: Record<string, string>) => Record<string, string>): void {
  const path = stage.beside('worker.hcred');
  const credential = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  writeFileSync(path, JSON.stringify(change(credential)));
}

/** Whether what is mounted for one process alone may be changed: root alone may, and not in every container. */
function canMount(): boolean {
  return spawnSync('unshare', ['-m', 'mount', '-o', 'remount,bind', '/'], { stdio: 'ignore' }).status === 0;
}

/** Builds another carrier with `state.json` changed, below heddle, and moves the thread there. */
function plantState(change: (text: string) => string): void {
  const run = (argv: readonly string[], input = ''): string =>
    stage.repository.gitBytes(stage.path, argv, Buffer.from(input)).toString('utf8').trimEnd();
  const blob = run(
    ['hash-object', '-w', '--stdin'],
    change(run(['cat-file', 'blob', `${THREAD}:state.json`])),
  );
  const tree = run(
    ['mktree'],
    `${run(['ls-tree', THREAD]).replace(/blob [0-9a-f]+\tstate\.json/, `blob ${blob}\tstate.json`)}\n`,
  );
  stage.git('update-ref', THREAD, run(['commit-tree', tree, '-p', 'HEAD', '-m', 'planted']));
}

describe('bad input', () => {
  it('a file that cannot be read is named', async () => {
    stage.write('src/secret', 'x\n');
    chmodSync(join(stage.path, 'src', 'secret'), 0o000);
    const before = stage.footprint();
    // Root reads every mode: the stage is given to a user who does not.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) giveStageTo(NOBODY);
    const run = await stage.dev.run(['capture', '--json'], isRoot ? { uid: NOBODY } : {});
    if (isRoot) giveStageTo(0);
    expect(run.exit, story(run)).toBe(65);
    expect(printed(run)).toMatchObject({ code: 'FILE_UNREADABLE', facts: { path: 'src/secret' } });
    expect(stage.footprint()).toEqual(before);
  });

  it.runIf(canMount())('a home on a file system that is only read', async () => {
    await stage.dev.ok(['capture']);
    const { env } = stage.dev;
    const home = env['HEDDLE_HOME'] ?? '';
    const readOnly = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
    const argv = ['-m', 'sh', '-c', readOnly, home, process.execPath, HEDDLE, 'key', 'rotate', '--json'];
    const { status, stderr } = spawnSync('unshare', argv, { cwd: stage.path, env, encoding: 'utf8' });
    expect(status, stderr).toBe(74);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'IO_FAILED',
      facts: { path: join(home, 'data', 'spare-keys'), reason: 'EROFS' },
      hint: 'see who may write there, and as whom you run',
    });
  });

  it('a file over the size limit', async () => {
    stage.write('src/big', 'x'.repeat(5000));
    await expectUntouched(['capture', '--max-bytes', '4096'], { exit: 65, code: 'FILE_TOO_LARGE' });
  });

  it('a corrupt object', async () => {
    const id = stage.git('rev-parse', `${THREAD}:state.json`);
    const path = join(stage.path, '.git', 'objects', id.slice(0, 2), id.slice(2));
    chmodSync(path, 0o644);
    writeFileSync(path, readFileSync(path).fill(0, 4, 12));
    for (const argv of [['show'], ['log'], ['capture']]) {
      await expectUntouched(argv, { exit: 65, code: 'OBJECT_CORRUPT' });
    }
  });

  it('an object that is missing', async () => {
    const id = stage.git('rev-parse', `${THREAD}:state.json`);
    rmSync(join(stage.path, '.git', 'objects', id.slice(0, 2), id.slice(2)));
    const run = await stage.dev.run(['show', '--json']);
    expect([run.exit, run.stdout], run.stderr).toEqual([65, '']);
  });

  it('a state of an unknown version, and one with a field too many', async () => {
    plantState((text) => text.replace('"v":1', '"v":2'));
    await expectUntouched(['show'], { exit: 65, code: 'FORMAT_UNKNOWN' });
    await expectUntouched(['capture'], { exit: 65, code: 'FORMAT_UNKNOWN' });
    stage.reset();
    plantState((text) => text.replace('"v":1', '"v":1,"z":1'));
    await expectUntouched(['show'], { exit: 65, code: 'FORMAT_INVALID' });
  });

  it('a local record of an unknown version', async () => {
    const path = join(stage.path, '.git', 'heddle', 'clone.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"v":1', '"v":9'));
    await expectUntouched(['capture'], { exit: 65, code: 'FORMAT_UNKNOWN' });
  });

  it('a token of another repository', async () => {
    const other = new Stage();
    try {
      await other.begin();
      await other.dev.ok(['key', 'new', '--no-passphrase', '--principal', 'dev@example.com']);
      const env = { HEDDLE_HOME: String(stage.dev.env['HEDDLE_HOME']) };
      await other.dev.ok(['token', 'mint', '--out', stage.beside('other.hcred')], { env });
    } finally {
      other.dispose();
    }
    const stranger = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('other.hcred') });
    await expectDenial(stage, stranger, { argv: ['capture'], code: 'CREDENTIAL_WRONG_REPOSITORY' });
  });

  it('a tampered token, wherever it was changed', async () => {
    const { token = '' } = JSON.parse(readFileSync(stage.beside('worker.hcred'), 'utf8')) as {
      token?: string;
    };
    const bytes = Buffer.from(token, 'base64url');
    for (const at of [20, Math.floor(bytes.length / 2), bytes.length - 20]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      rewriteCredential((credential) => ({ ...credential, token: changed.toString('base64url') }));
      const before = stage.footprint();
      const run = await worker().run(['capture', '--json']);
      expect([65, 77], run.stderr).toContain(run.exit);
      expect(run.stderr).toMatch(/CREDENTIAL_(?:TAMPERED|MALFORMED|UNTRUSTED|FILE_INVALID)/);
      const lines = run.exit === 77 ? 1 : 0;
      expect(stage.footprint()).toEqual({ ...before, lines: before.lines + lines });
    }
  });

  it('a block taken off a token: the holder is another one', async () => {
    const parent = await stage.agent('outer');
    const file = String(parent.env['HEDDLE_CREDENTIAL']);
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
    rewriteCredential((credential) => ({ ...credential, token }));
    const run = await worker().run(['capture', '--json']);
    expect([65, 77], run.stderr).toContain(run.exit);
    expect(run.stderr).toMatch(/HOLDER_MISMATCH|CREDENTIAL_FILE_INVALID|TAMPERED/);
  });

  it('an expired token, and an expired child', async () => {
    await stage.dev.ok(['token', 'mint', '--ttl', '1s', '--out', '../short.hcred']);
    await stage.agent('brief', { more: ['--ttl', '1s'] });
    await sleep(2100);
    const minted = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('short.hcred') });
    await expectDenial(stage, minted, { argv: ['capture'], code: 'CREDENTIAL_EXPIRED' });
    const child = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('brief.hcred') });
    await expectDenial(stage, child, { argv: ['capture'], code: 'SCOPE_TIME' });
  });

  it('a credential file that others can read, or that is not one', async () => {
    const file = stage.beside('worker.hcred');
    const env = { HEDDLE_CREDENTIAL: file };
    chmodSync(file, 0o644);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    await expectUntouched(['capture'], { exit: 78, code: 'CREDENTIAL_FILE_MODE', env });
    chmodSync(file, 0o600);
    writeFileSync(file, '{}');
    await expectUntouched(['capture'], { exit: 65, code: 'CREDENTIAL_FILE_INVALID', env });
    rmSync(file);
    await expectUntouched(['capture'], { exit: 65, code: 'NOT_FOUND', env });
    mkdirSync(file);
    const run = await stage.dev.run(['capture', '--json'], { env });
    expect([65, 74, 78], run.stderr).toContain(run.exit);
  });

  it('a session that was made for nobody here', async () => {
    const nobody = stage.person('nobody');
    await expectDenial(stage, nobody, { argv: ['capture'], code: 'CREDENTIAL_MISSING' });
    await nobody.ok(['login', '--principal', 'nobody@example.com', '--no-passphrase']);
    await expectDenial(stage, nobody, { argv: ['capture'], code: 'CREDENTIAL_UNTRUSTED' });
  });

  it('a Git that is missing or too old', async () => {
    const empty = stage.beside('bin');
    mkdirSync(empty);
    await expectRefusal(stage.dev, ['capture'], { exit: 78, code: 'GIT_MISSING', env: { PATH: empty } });
    writeFileSync(join(empty, 'git'), '#!/bin/sh\necho git version 2.25.1\n', { mode: 0o755 });
    const env = { PATH: `${empty}:/bin:/usr/bin` };
    await expectRefusal(stage.dev, ['capture'], { exit: 78, code: 'GIT_TOO_OLD', env });
  });

  it('a log with a torn end is repaired before anything is added', async () => {
    const path = stage.logFiles().find((name) => readFileSync(name, 'utf8').includes('"op":"capture"')) ?? '';
    writeFileSync(path, '{"type":"operation","v":1,"repo":"hg-', { flag: 'a' });
    await stage.dev.ok(['capture']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(readdirSync(join(stage.path, '.git', 'heddle'))).not.toContain('lock');
  });
});
