import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitPush, HEDDLE_REFSPECS, publishHere } from '../../support/boundary/publish.ts';
import { serveHttp } from '../../support/remotes/http-backend.ts';
import { serveDaemon } from '../../support/boundary/git-daemon.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let bare: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a();\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  bare = stage.beside('server.git');
  stage.git('init', '-q', '--bare', bare);
});
afterAll(() => stage.dispose());

function serverRefs(): string {
  return stage.git('-C', bare, 'for-each-ref', '--format=%(refname) %(objectname)');
}

describe('hook install --server', () => {
  it('says where it belongs, and what has to be decided first', async () => {
    await expectRefusal(stage.owner, ['hook', 'install', '--server', '--trust-first'], {
      exit: 78,
      code: 'NOT_BARE',
    });
    const undecided = { exit: 64, code: 'USAGE', cwd: bare };
    await expectRefusal(stage.owner, ['hook', 'install', '--server'], undecided);
    const elsewhere = { exit: 78, code: 'BARE_REPOSITORY', cwd: bare };
    await expectRefusal(stage.owner, ['hook', 'install'], elsewhere);
    expect(existsSync(join(bare, 'hooks', 'pre-receive'))).toBe(false);
  });

  it('keeps what was there, runs it first, and gives it back byte for byte', async () => {
    const hook = join(bare, 'hooks', 'pre-receive');
    const before = '#!/bin/sh\ncat >"$GIT_DIR/seen"\necho "theirs was asked" >&2\n';
    writeFileSync(hook, before);
    chmodSync(hook, 0o755);
    const argv = ['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')];
    const installed = await stage.owner.json(argv, { cwd: bare });
    expect(schemaProblems(installed)).toEqual([]);
    expect(installed).toMatchObject({
      trustFirst: true,
      genesis: null,
      written: ['pre-receive', 'post-receive'],
      hooks: [{ chained: true }, { chained: false }],
    });
    expect(await stage.owner.json(argv, { cwd: bare })).toMatchObject({ written: [] });
    stage.git('-C', bare, 'config', 'transfer.hideRefs', 'refs/heddle');
    const stands = await stage.owner.json(['hook', 'status', '--server'], { cwd: bare, exit: 1 });
    expect(schemaProblems(stands)).toEqual([]);
    expect(stands).toMatchObject({
      home: stage.beside('server-home'),
      trustFirst: true,
      genesis: null,
      endorsedBy: null,
      hooks: [{ status: 'installed' }, { status: 'installed' }],
      findings: [{ subject: 'transfer.hideRefs' }],
      advice: [{ subject: 'receive.maxInputSize' }, { subject: 'receive.fsckObjects' }],
    });
    stage.git('-C', bare, 'config', '--unset', 'transfer.hideRefs');
    const removed = await stage.owner.json(['hook', 'uninstall', '--server'], { cwd: bare });
    expect(schemaProblems(removed)).toEqual([]);
    expect(readFileSync(hook, 'utf8')).toBe(before);
    expect(existsSync(join(bare, 'hooks', 'post-receive'))).toBe(false);
    await stage.owner.ok(argv, { cwd: bare });
  });
});

describe('a server', () => {
  it('believes the first push, says so, and holds every later one to it', async () => {
    const plain = await gitPush(stage, bare, ['main']);
    expect([plain.exit, plain.stderr.includes('NOT_ENROLLED')]).toEqual([1, true]);
    await publishHere(stage.dev, stage.path);
    const first = await gitPush(stage, bare, [...HEDDLE_REFSPECS, 'main']);
    expect(first).toMatchObject({ exit: 0 });
    expect(first.stderr).toContain('begins with hg-');
    expect(first.stderr).toContain('theirs was asked');
    expect(readFileSync(join(bare, 'seen'), 'utf8')).toContain('refs/heddle/authority\n');

    stage.write('src/a.ts', 'b();\n');
    await stage.dev.ok(['capture', '-m', 'Second']);
    await publishHere(stage.dev, stage.path);
    expect(await gitPush(stage, bare, HEDDLE_REFSPECS)).toMatchObject({ exit: 0 });
    expect(serverRefs()).toContain(stage.git('rev-parse', 'refs/heddle/threads/task/login'));
  });

  it('takes branches by landings alone, and says what to do', async () => {
    const before = serverRefs();
    stage.write('raw.txt', 'nobody said so\n');
    stage.git('add', 'raw.txt');
    stage.git('commit', '-q', '-m', 'raw');
    const raw = await gitPush(stage, bare, ['main']);
    expect([raw.exit, serverRefs()]).toEqual([1, before]);
    expect(raw.stderr).toContain('BRANCH_NOT_LANDED refs/heads/main');
    expect(raw.stderr).toContain('heddle land');
    await stage.owner.ok(['remote', 'add', 'landed', bare]);
    const told = await stage.owner.json(['push', 'landed', '--branch', 'main'], { exit: 65 });
    expect(told).toMatchObject({
      code: 'PUSH_REFUSED',
      facts: {
        codes: ['BRANCH_NOT_LANDED'],
        refused: [expect.stringContaining('BRANCH_NOT_LANDED refs/heads/main: ')],
      },
    });
    const blob = stage.git('rev-parse', 'HEAD:raw.txt');
    const hidden = await gitPush(stage, bare, [`${blob}:refs/tags/hidden`]);
    expect([hidden.exit, serverRefs()]).toEqual([1, before]);
    expect(hidden.stderr).toContain('REF_REFUSED refs/tags/hidden');
    stage.git('reset', '-q', '--hard', 'HEAD~1');
    await stage.owner.ok(['land', 'task/login']);
    await publishHere(stage.owner, stage.path);
    const landed = await gitPush(stage, bare, [...HEDDLE_REFSPECS, 'main']);
    expect(landed).toMatchObject({ exit: 0 });
    expect(serverRefs()).toContain(`refs/heads/main ${stage.git('rev-parse', 'main')}`);
  });

  it('asks the same behind ssh, http and git’s own daemon', async () => {
    const script = stage.beside('ssh.sh');
    // Called as ssh is: options, a host, and what to run there.
    writeFileSync(script, '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n', { mode: 0o755 });
    const http = await serveHttp(stage.root, stage.owner.env);
    const daemon = await serveDaemon(stage.root, stage.owner.env);
    try {
      const before = serverRefs();
      const places = [
        { url: `ssh://server.example${bare}`, env: { GIT_SSH_COMMAND: script } },
        { url: `${http.url}/server.git`, env: {} },
        { url: `${daemon.url}/server.git`, env: {} },
      ];
      for (const { url, env } of places) {
        const raw = await gitPush(stage, url, ['HEAD~0:refs/heads/raw'], { env });
        expect([raw.exit, serverRefs()], raw.stderr).toEqual([1, before]);
        expect(raw.stderr).toContain('BRANCH_NOT_LANDED refs/heads/raw');
      }
      stage.write('src/a.ts', 'c();\n');
      await stage.dev.ok(['capture', '-m', 'Third']);
      await publishHere(stage.dev, stage.path);
      const over = await gitPush(stage, `${http.url}/server.git`, HEDDLE_REFSPECS);
      expect(over).toMatchObject({ exit: 0 });
      expect(serverRefs()).toContain(stage.git('rev-parse', 'refs/heddle/threads/task/login'));
    } finally {
      await Promise.all([http.close(), daemon.close()]);
    }
  });

  it('hides and destroys what tombstones say, and takes nothing of it back', async () => {
    const secret = 'never-again-0123456789\n';
    stage.write('src/key.txt', secret);
    await stage.dev.ok(['capture', '-m', 'Fourth']);
    await stage.owner.ok(['remote', 'add', 'server', bare]);
    await stage.dev.ok(['push', 'server']);
    const blob = stage.git('hash-object', 'src/key.txt');
    const there = (): number | null => stage.gitCode('-C', bare, 'cat-file', '-e', blob);
    expect(there()).toBe(0);
    const { tombstone } = await stage.owner.answer('redact', ['src/key.txt', '--reason', 'a token']);
    await stage.owner.ok(['push', 'server']);
    await stage.owner.ok(['purge', tombstone ?? '', '--yes']);
    const purged = await stage.owner.ok(['push', 'server']);
    expect(purged.stderr + purged.stdout).toContain('destroyed on the server');
    expect(there()).not.toBe(0);
    expect(purged.stderr + purged.stdout).toContain('has no receipt yet');
    const endorsed = await stage.owner.json(['hook', 'install', '--server'], { cwd: bare });
    expect(endorsed).toMatchObject({ endorsed: true, home: stage.beside('server-home') });
    expect(await stage.owner.json(['hook', 'status', '--server'], { cwd: bare })).toMatchObject({
      ok: true,
      repository: 'acme/core',
      endorsedBy: 'owner@example.com',
      branches: 'landed',
    });
    await stage.owner.ok(['pull', 'server']);
    const { receipts } = await stage.owner.answer('tombstone-show', [tombstone ?? '']);
    const byServer = receipts.filter(({ here, outcome }) => !here && outcome === 'complete');
    expect(byServer, JSON.stringify(receipts)).toHaveLength(1);
    await stage.owner.ok(['verify', '--all']);
    stage.write('again.txt', secret);
    stage.git('add', 'again.txt');
    stage.git('commit', '-q', '-m', 'again');
    const refused = await gitPush(stage, bare, ['HEAD:refs/heads/again']);
    expect([refused.exit, refused.stderr.includes('CONTENT_SHUNNED')]).toEqual([1, true]);
  });
});
