import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp } from '../../support/remotes/http-backend.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

let stage: Stage;
let other: Person;
const bare = (): string => stage.beside('remote.git');
const REFUSES = '#!/bin/sh\ncase "$1" in refs/heddle/*) echo "branches alone" >&2; exit 1;; esac\n';
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'export const a = 1;\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.git('init', '-q', '--bare', bare());
  stage.git('-C', bare(), 'config', 'receive.denyNonFastForwards', 'true');
  writeFileSync(join(bare(), 'hooks', 'update'), REFUSES, { mode: 0o755 });
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
});
afterAll(() => stage.dispose());

const remoteRefs = (): readonly string[] =>
  stage.git('-C', bare(), 'for-each-ref', '--format=%(refname)').trim().split('\n');

describe('a host that takes branches alone', () => {
  it('keeps everything on one branch, which only moves forward', async () => {
    await stage.owner.ok(['push', '--all', '--branch', 'main']);
    expect(remoteRefs()).toEqual(['refs/heads/heddle/refs', 'refs/heads/main']);
    expect(stage.git('config', 'remote.origin.heddleFallback').trim()).toBe('true');
    expect(stage.git('-C', bare(), 'show', 'heddle/refs:refs')).toMatch(
      /^heddle refs v1\n[0-9a-f]{40} refs\/heddle\/authority\n(.*\n)*[0-9a-f]{40} refs\/heddle\/threads\/task\/login\n?$/,
    );
    // As where the push was killed before it could take that away again.
    mkdirSync(join(stage.path, '.git/refs/remotes/origin/heddle'), { recursive: true });
    const tip = stage.git('-C', bare(), 'rev-parse', 'heddle/refs');
    writeFileSync(join(stage.path, '.git/refs/remotes/origin/heddle/refs'), tip);
    stage.write('src/a.ts', 'export const a = 2;\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Second']);
    expect(await stage.dev.answer('push')).toMatchObject({ threads: [{ state, outcome: 'advanced' }] });
    expect(await stage.dev.answer('push')).toMatchObject({ records: [], operation: null });
    stage.git('-C', bare(), 'fsck', '--strict');
    // Git notes nothing of the branch here, whose commits this clone does not keep; of others it does.
    const noted = stage.git('for-each-ref', '--format=%(refname)', 'refs/remotes/');
    expect(noted.trim()).toBe('refs/remotes/origin/main');
  });

  it('is cloned, pulled from and pushed to like any other', async () => {
    const cwd = stage.beside('colleague');
    other = stage.person('colleague').with({}, cwd);
    await stage.owner.ok(['clone', bare(), cwd]);
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    stage.write('src/a.ts', 'export const a = 3;\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Third']);
    await stage.dev.ok(['push']);
    expect(await other.answer('pull')).toMatchObject({
      threads: [{ thread: 'task/login', state, outcome: 'advanced' }],
      findings: [],
    });
    expect(remoteRefs()).toEqual(['refs/heads/heddle/refs', 'refs/heads/main']);
  });

  it('is the same behind ssh and http', async () => {
    const script = stage.beside('ssh.sh');
    writeFileSync(script, '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n', { mode: 0o755 });
    const http = await serveHttp(stage.root, stage.owner.env);
    const places = [
      { url: `ssh://host.example${bare()}`, env: { GIT_SSH_COMMAND: script } },
      { url: `${http.url}/remote.git`, env: {} },
    ];
    try {
      for (const [at, { url, env }] of places.entries()) {
        stage.git('remote', 'set-url', 'origin', url);
        stage.write('src/a.ts', `export const a = ${10 + at};\n`);
        await stage.dev.ok(['capture']);
        expect(await stage.dev.with(env).answer('push')).toMatchObject({
          threads: [{ outcome: 'advanced' }],
        });
      }
    } finally {
      await http.close();
      stage.git('remote', 'set-url', 'origin', bare());
    }
    expect(remoteRefs()).toEqual(['refs/heads/heddle/refs', 'refs/heads/main']);
    const listed = stage.git('-C', bare(), 'show', 'heddle/refs:refs');
    expect(listed).toContain(stage.git('rev-parse', 'refs/heddle/threads/task/login').trim());
  });

  it('is refused, with nothing left behind, where the branch is not what heddle writes', async () => {
    const tip = stage.git('-C', bare(), 'rev-parse', 'heddle/refs').trim();
    stage.git('-C', bare(), 'update-ref', 'refs/heads/heddle/refs', 'refs/heads/main');
    const { exit, stderr } = await stage.owner.run(['pull']);
    expect(stderr).toContain('heddle/refs');
    expect(`${exit} ${stderr}`).toMatch(/^65 /);
    expect(stage.leftovers()).toEqual([]);
    stage.git('-C', bare(), 'update-ref', 'refs/heads/heddle/refs', tip);
    await stage.owner.ok(['pull']);
  });
});
