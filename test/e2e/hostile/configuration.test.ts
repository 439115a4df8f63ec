import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';

let stage: Stage;
let canary: string;
let command: string;

/** Settings by which a repository can name a command, all of them at once. */
const COMMANDS = [
  'core.fsmonitor',
  'core.sshCommand',
  'core.gitProxy',
  'core.pager',
  'core.editor',
  'core.askPass',
  'core.alternateRefsCommand',
  'sequence.editor',
  'credential.helper',
  'gpg.program',
  'gpg.ssh.program',
  'diff.external',
  'diff.trap.command',
  'diff.trap.textconv',
  'merge.trap.driver',
  'interactive.diffFilter',
  'uploadpack.packObjectsHook',
  'remote.origin.uploadpack',
  'remote.origin.vcs',
  'pager.diff',
  'alias.update-index',
  'alias.for-each-ref',
  'trace2.eventTarget',
  'trailer.trap.cmd',
];
const HOOKS = [
  'reference-transaction',
  'post-checkout',
  'post-index-change',
  'pre-commit',
  'fsmonitor-watchman',
];

beforeAll(async () => {
  stage = await new Stage().withDev();
  canary = stage.beside('canary');
  command = stage.beside('command.sh');
  writeFileSync(command, `#!/bin/sh\ntouch '${canary}'\ncat\n`);
  chmodSync(command, 0o755);
  for (const key of COMMANDS) stage.git('config', key, command);
  const included = stage.beside('included');
  writeFileSync(included, `[filter "nested"]\n\tclean = ${command}\n\tsmudge = ${command}\n`);
  stage.git('config', 'includeIf.gitdir:/**.path', included);
  for (const part of ['clean', 'smudge', 'process']) stage.git('config', `filter.trap.${part}`, command);
  stage.git('config', 'filter.trap.required', 'true');
  const hooks = stage.beside('hooks');
  for (const directory of [hooks, join(stage.path, '.git', 'hooks')]) {
    mkdirSync(directory, { recursive: true });
    for (const hook of HOOKS) {
      writeFileSync(join(directory, hook), `#!/bin/sh\ntouch '${canary}'\n`);
      chmodSync(join(directory, hook), 0o755);
    }
  }
  stage.git('config', 'core.hooksPath', hooks);
});
afterAll(() => stage.dispose());

describe('a repository whose configuration names commands', () => {
  it('has none of them run by any verb that looks or writes', async () => {
    stage.write('.gitattributes', '*.txt diff=trap merge=trap\n');
    stage.write('src/a.txt', 'one\n');
    await stage.dev.ok(['capture', '-m', 'one']);
    stage.write('src/a.txt', 'two\n');
    for (const argv of [
      ['status'],
      ['diff'],
      ['capture'],
      ['show'],
      ['log'],
      ['verify', '--all'],
      ['undo'],
    ]) {
      await stage.dev.ok(argv);
    }
    await stage.dev.ok(['capture', '-m', 'two']);
    await stage.owner.ok(['land', 'task/login']);
    await stage.owner.ok(['undo']);
    await stage.dev.ok(['start', 'task/beside', '--worktree', stage.beside('beside')]);
    expect(existsSync(canary)).toBe(false);
  });

  it.each(['trap', 'nested'])('has no file captured through its own filter %s', async (filter) => {
    stage.write('.gitattributes', `*.txt filter=${filter}\n`);
    stage.write('src/a.txt', `through ${filter}\n`);
    const run = await stage.dev.run(['capture', '--json']);
    expect(run.stderr).toContain('"FILTER_UNTRUSTED"');
    expect(existsSync(canary)).toBe(false);
  });

  it('has commands that do run: the trap itself works', () => {
    stage.git('add', '-A');
    expect(existsSync(canary)).toBe(true);
  });
});
