import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, type HttpBackend } from '../../support/remotes/http-backend.ts';
import { Stage } from '../../support/cli/stage.ts';

let stage: Stage;
let http: HttpBackend;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'export const a = 1;\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  for (const name of ['http.git', 'ssh.git', 'local.git']) {
    stage.git('init', '-q', '--bare', '-b', 'main', stage.beside(name));
  }
  stage.git('-C', stage.beside('http.git'), 'config', 'http.receivepack', 'true');
  http = await serveHttp(stage.root, stage.owner.env);
});
afterAll(async () => {
  await http.close();
  stage.dispose();
});

describe('remotes', () => {
  it('are reached by http: pushed to, cloned and pulled from', async () => {
    const url = `${http.url}/http.git`;
    await stage.owner.ok(['remote', 'add', 'web', url]);
    await stage.owner.ok(['push', 'web', '--all', '--branch', 'main']);
    await stage.owner.ok(['clone', url, 'by-http'], { cwd: stage.root });
    stage.write('src/a.ts', 'export const a = 2;\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Second']);
    await stage.dev.ok(['push', 'web']);
    const pulled = await stage.owner.answer('pull', [], { cwd: stage.beside('by-http') });
    expect(pulled).toMatchObject({ threads: [{ state, outcome: 'advanced' }], findings: [] });
  });

  it('are reached by ssh, with the program that the environment names', async () => {
    const script = stage.beside('ssh.sh');
    writeFileSync(script, '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n', { mode: 0o755 });
    const env = { GIT_SSH_COMMAND: script };
    await stage.owner.ok(['remote', 'add', 'shell', `somebody@example.invalid:${stage.beside('ssh.git')}`]);
    await stage.owner.ok(['push', 'shell', '--all', '--branch', 'main'], { env });
    expect((await stage.owner.ok(['pull', 'shell'], { env })).stdout).toContain('nothing new from shell');
  });

  it('never start a program that the repository’s own configuration names', async () => {
    const mark = stage.beside('ran');
    const program = `touch ${mark};`;
    const local = stage.beside('local.git');
    await stage.owner.ok(['remote', 'add', 'local', local]);
    for (const [key, value] of [
      ['core.sshCommand', program],
      ['core.askPass', program],
      ['credential.helper', `!${program}`],
      [`credential.${http.url}.helper`, `!${program}`],
      ['core.alternateRefsCommand', program],
      ['core.gitProxy', program],
      ['remote.local.uploadpack', `${program} git-upload-pack`],
      ['remote.local.receivepack', `${program} git-receive-pack`],
      ['protocol.ext.allow', 'always'],
    ] as const) {
      stage.git('config', key, value);
    }
    await stage.owner.ok(['push', 'local', '--all']);
    await stage.owner.ok(['pull', 'local']);
    await stage.owner.ok(['pull', 'web']);
    // No ssh is there, or none that reaches this; what the repository names is not tried.
    const by = stage.owner.with({ GIT_SSH_COMMAND: 'false' });
    stage.git('config', 'remote.shell.url', 'ssh://example.invalid/x.git');
    expect((await by.run(['pull', 'shell'])).exit).toBe(74);
    stage.git('remote', 'add', 'evil', `ext::sh -c ${program}`);
    expect((await stage.owner.run(['pull', 'evil'])).exit).toBe(65);
    expect(existsSync(mark)).toBe(false);
  });

  it('show no password in an answer, an error or the log', async () => {
    const word = ['very', 'hidden'].join('-');
    stage.git('remote', 'add', 'secret', `http://me:${word}@127.0.0.1:1/x.git`);
    const runs = [
      await stage.owner.run(['remote', 'list', '--json']),
      await stage.owner.run(['pull', 'secret']),
      await stage.owner.run(['oplog', '--json']),
    ];
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(word);
    stage.git('remote', 'remove', 'secret');
  });
});
