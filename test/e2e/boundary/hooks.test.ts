import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { githubToken } from '../../support/secrets/secret-shapes.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  stage.git('add', '.');
  stage.git('commit', '-q', '-m', 'first');
  await stage.dev.ok(['capture', '-m', 'first']);
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@heads/main']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

interface GitRun {
  readonly exit: number | null;
  readonly stderr: string;
}

/** Git as somebody runs it: with their home and credential, and all hooks. */
function git(person: Person, argv: readonly string[], env: Readonly<Record<string, string>> = {}): GitRun {
  const { status, stderr } = spawnSync('git', argv, {
    cwd: stage.path,
    env: { ...person.env, ...env },
    encoding: 'utf8',
  });
  return { exit: status, stderr };
}

const hook = (name: string): string => join(stage.path, '.git/hooks', name);
const head = (): string => stage.git('rev-parse', 'HEAD').trim();

function stageFile(content = 'b\n'): void {
  stage.write('src/a.ts', content);
  stage.git('add', 'src/a.ts');
}

function own(name: string, text: string, mode = 0o755): void {
  mkdirSync(join(stage.path, '.git/hooks'), { recursive: true });
  writeFileSync(hook(name), text);
  chmodSync(hook(name), mode);
}

describe('hook install', () => {
  itNeedsARepository(['hook', 'install']);

  it('writes hooks once, keeps what was there, and uninstall puts it back byte for byte', async () => {
    own('pre-commit', '#!/bin/sh\necho mine >>ran\n', 0o755);
    own('post-merge', '#!/bin/sh\n# not executable\n', 0o644);
    const before = readdirSync(join(stage.path, '.git/hooks')).toSorted();
    const answer = await stage.dev.answer('hook-install');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.written).toHaveLength(6);
    expect(answer.hooks.find((one) => one.hook === 'pre-commit')).toMatchObject({
      status: 'installed',
      chained: true,
    });
    const lines = stage.footprint().lines;
    const again = await stage.dev.answer('hook-install');
    expect(again).toMatchObject({ written: [], operation: null });
    expect(stage.footprint().lines).toBe(lines);
    stageFile();
    expect(git(stage.dev, ['commit', '-q', '-m', 'second'])).toMatchObject({ exit: 0 });
    expect(readFileSync(join(stage.path, 'ran'), 'utf8')).toBe('mine\n');
    await expectDenial(stage, stage.dev, { argv: ['hook', 'uninstall'], code: 'ROLE_NONE' });
    const gone = await stage.owner.answer('hook-uninstall');
    expect(schemaProblems(gone)).toEqual([]);
    expect(readdirSync(join(stage.path, '.git/hooks')).toSorted()).toEqual(before);
    expect(readFileSync(hook('pre-commit'), 'utf8')).toBe('#!/bin/sh\necho mine >>ran\n');
    expect(statSync(hook('post-merge')).mode & 0o777).toBe(0o644);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('refuses a directory of hooks that other repositories use', async () => {
    writeFileSync(
      join(stage.dev.env['HOME'] ?? '', '.gitconfig'),
      '[core]\n\thooksPath = /usr/share/hooks\n',
    );
    await expectRefusal(stage.dev, ['hook', 'install'], { exit: 78, code: 'HOOKS_PATH_SHARED' });
    expect(existsSync(join(stage.path, '.git/heddle/hooks.json'))).toBe(false);
    const { stderr } = await stage.dev.run(['hook', 'install']);
    const help = /`(git config [^`]+)`/.exec(stderr)?.[1] ?? '';
    expect(spawnSync('sh', ['-c', help], { cwd: stage.path, env: stage.repository.env }).status).toBe(0);
    await stage.dev.ok(['hook', 'install']);
    const linked = stage.beside('linked');
    stage.git('worktree', 'add', '-q', '--detach', linked);
    expect(await stage.dev.answer('hook-status', [], { cwd: linked })).toMatchObject({ ok: true });
  });

  it('says which setting of a worktree leads to hooks that are gone, since the repository was moved', async () => {
    const linked = stage.beside('linked');
    await stage.dev.ok(['start', 'task/linked', '--worktree', linked]);
    stage.repository.gitIn(
      linked,
      'config',
      '--worktree',
      'core.hooksPath',
      `${stage.root}/before/.git/hooks`,
    );
    await expectRefusal(stage.dev, ['hook', 'install'], { exit: 78, code: 'HOOKS_PATH_SHARED', cwd: linked });
    const refused = await stage.dev.run(['hook', 'install'], { cwd: linked });
    expect(refused.stderr).toContain('`git config --worktree --unset-all core.hooksPath`');
    stage.repository.gitIn(linked, 'config', '--worktree', '--unset-all', 'core.hooksPath');
    await stage.dev.ok(['hook', 'install'], { cwd: linked });
  });

  it('tells of every worktree in which hooks do not run, since its own setting leads elsewhere', async () => {
    const [one, gone] = [stage.beside('one'), stage.beside('gone')];
    for (const [name, directory] of [
      ['one', one],
      ['gone', gone],
    ] as const)
      await stage.dev.ok(['start', `task/${name}`, '--worktree', directory]);
    await stage.dev.ok(['hook', 'install']);
    expect(await stage.dev.answer('hook-status')).toMatchObject({ ok: true, findings: [] });
    for (const directory of [one, gone])
      stage.repository.gitIn(directory, 'config', '--worktree', 'core.hooksPath', '/dev/null');
    rmSync(gone, { recursive: true });
    const message = `worktree configuration has git look in /dev/null: hooks in ${stage.path}/.git/hooks do not run`;
    const findings = [{ kind: 'hook', subject: one, message }];
    const status = await stage.dev.answer('hook-status', [], { exit: 1 });
    expect(schemaProblems(status)).toEqual([]);
    expect(status).toMatchObject({ ok: false, findings });
    expect((await stage.dev.answer('doctor', [], { exit: 1 })).findings).toEqual(
      expect.arrayContaining(findings),
    );
    expect((await stage.dev.run(['hook', 'install'])).stderr).toContain(`${one}: ${message}`);
    expect((await stage.dev.answer('hook-status', [], { cwd: one, exit: 1 })).findings).toHaveLength(1);
  });

  it('tells of a worktree whose own setting git cannot read, and all else', async () => {
    const directory = stage.beside('unread');
    await stage.dev.ok(['start', 'task/unread', '--worktree', directory]);
    await stage.dev.ok(['hook', 'install']);
    stage.repository.gitIn(directory, 'config', '--worktree', 'core.hooksPath', '~nobody-at-all/hooks');
    const { hooks, findings } = await stage.dev.answer('hook-status', [], { exit: 1 });
    expect(new Set(hooks.map(({ status }) => status))).toEqual(new Set(['installed']));
    expect(findings).toMatchObject([
      { subject: directory, message: expect.stringContaining('~nobody-at-all/hooks') },
    ]);
    expect((await stage.dev.ok(['hook', 'install'])).stderr).toContain(directory);
  });

  it('has hooks in every place that git looks in, and needs a role to take any of them away', async () => {
    await stage.dev.ok(['hook', 'install']);
    stage.git('config', 'core.hooksPath', '.githooks');
    expect((await stage.dev.answer('hook-status', [], { exit: 1 })).findings).toMatchObject([
      { subject: 'core.hooksPath' },
    ]);
    const there = await stage.dev.answer('hook-install');
    expect(there.written).toHaveLength(6);
    expect((await stage.dev.answer('hook-status')).ok).toBe(true);
    stage.git('config', '--unset', 'core.hooksPath');
    expect((await stage.dev.answer('hook-status')).ok).toBe(true);
    const raw = git(stage.dev, ['update-ref', 'refs/heddle/raw', head()]);
    expect(raw.stderr).toContain('refs/heddle/raw moves by heddle alone');
    await stage.owner.ok(['hook', 'uninstall']);
    expect(readdirSync(join(stage.path, '.githooks'))).toEqual([]);
    expect(existsSync(hook('pre-commit'))).toBe(false);
  });

  it('asks in linked worktrees, and in submodules where they have a heddle of their own', async () => {
    await stage.owner.ok(['hook', 'install']);
    const [linked, sub] = [stage.beside('linked'), join(stage.path, 'vendor/sub')];
    stage.git('worktree', 'add', '-q', '-b', 'wip', linked);
    const allowed = ['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', stage.path, 'vendor/sub'];
    expect(git(stage.owner, allowed)).toMatchObject({ exit: 0 });
    const agent = { CLAUDECODE: '1' };
    const commit = (at: string) => ['-C', at, 'commit', '-q', '--allow-empty', '-m', 'more'];
    expect(git(stage.owner, commit(linked))).toMatchObject({ exit: 0, stderr: '' });
    expect(git(stage.owner, commit(linked), agent).stderr).toContain('thread:land on acme/core@heads/wip');
    expect(git(stage.owner, commit(sub), agent)).toMatchObject({ exit: 0, stderr: '' });
    const own = stage.owner.with({}, sub);
    await own.ok(['init', '--namespace', 'acme', '--name', 'sub']);
    await own.ok(['login']);
    await own.ok(['hook', 'install']);
    expect(git(stage.owner, commit(sub), agent).stderr).toMatch(/thread:land on acme\/sub@heads\/\w+/);
    expect(git(stage.owner, ['commit', '-q', '-m', 'with a submodule'])).toMatchObject({ exit: 0 });
  });

  it('leaves the hooks of a program that writes them itself, and tells the line to add', async () => {
    mkdirSync(join(stage.path, '.husky/_'), { recursive: true });
    writeFileSync(join(stage.path, '.husky/_/pre-commit'), '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n');
    stage.git('config', 'core.hooksPath', '.husky/_');
    const { managers, hooks } = await stage.dev.answer('hook-install');
    expect(managers).toMatchObject([{ name: 'husky', hook: 'pre-commit', file: '.husky/pre-commit' }]);
    expect(hooks.find((one) => one.hook === 'reference-transaction')?.status).toBe('installed');
    expect(hooks.find((one) => one.hook === 'pre-commit')?.status).toBe('foreign');
  });

  it.each([
    ['husky', '.husky/pre-commit'],
    ['lefthook', 'lefthook-local.yml'],
    ['pre-commit', '.pre-commit-config.yaml'],
  ])('of %s are told until its file asks heddle', async (name, file) => {
    const marks = {
      husky: '. husky.sh',
      lefthook: 'call_lefthook',
      'pre-commit': '# File generated by pre-commit',
    };
    own('pre-commit', `#!/bin/sh\n${marks[name as keyof typeof marks]}\nexit 0\n`);
    const { managers } = await stage.dev.answer('hook-install');
    expect(managers).toMatchObject([{ name, file, hook: 'pre-commit', asks: false }]);
    const line = managers[0]?.line ?? '';
    for (const text of ['', `# ${line}\n`]) {
      stage.write(file, text);
      const told = await stage.dev.answer('hook-status', [], { exit: 1 });
      expect(told.findings).toMatchObject([{ subject: 'pre-commit' }]);
      expect((await stage.dev.run(['hook', 'status'])).stdout).toContain(
        `itself: add this line to ${file}\n  ${line}`,
      );
    }
    expect((await stage.dev.ok(['status'])).stdout).toContain('heddle hook status');
    stage.write(file, `first:\n  ${line}\n`);
    const { ok, managers: asking } = await stage.dev.answer('hook-status');
    expect({ ok, asking }).toMatchObject({ ok: true, asking: [{ name, asks: true }] });
    const said = (await stage.dev.ok(['hook', 'status'])).stdout;
    expect(said).toContain(`${name}’s, which asks heddle`);
    expect(said).not.toContain('add this line');
  });

  it('of lefthook are told of no line that is in its main file already', async () => {
    own('pre-commit', '#!/bin/sh\ncall_lefthook\n');
    const [manager] = (await stage.dev.answer('hook-install')).managers;
    stage.write('lefthook.yml', `pre-commit:\n  jobs:\n    - run: heddle hook run pre-commit -- {0}\n`);
    expect((await stage.dev.answer('hook-status')).managers).toEqual([{ ...manager, asks: true }]);
  });

  it('of lefthook is told where its file does not hand on what git says is pushed', async () => {
    own('pre-push', '#!/bin/sh\ncall_lefthook\n');
    await stage.dev.ok(['hook', 'install']);
    const job = 'pre-push:\n  jobs:\n    - run: heddle hook run pre-push -- {0}\n';
    for (const [more, asks] of [
      ['', false],
      ['      # use_stdin: true\n', false],
      ['      use_stdin: true\n', true],
    ] as const) {
      stage.write('lefthook.yml', job + more);
      const { ok, managers } = await stage.dev.answer('hook-status', [], { exit: asks ? 0 : 1 });
      expect({ ok, managers }).toMatchObject({ ok: asks, managers: [{ hook: 'pre-push', asks }] });
    }
  });

  it('may ask about a push that brings nothing', async () => {
    await stage.dev.ok(['hook', 'install']);
    for (const env of [{}, { CLAUDECODE: '1' }]) {
      const said = await stage.dev.run(['hook', 'run', 'pre-push', '--', 'origin', '/elsewhere'], {
        stdin: '',
        env,
      });
      expect(said).toMatchObject({ exit: 0, stdout: '', stderr: '' });
    }
  });

  it.each([
    [
      'lefthook',
      '#!/bin/sh\n\ncall_lefthook()\n{\n  :\n}\n',
      { 'pre-commit': 'foreign', 'pre-push': 'foreign' },
    ],
    [
      'pre-commit',
      '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nexit 0\n',
      { 'pre-commit': 'foreign', 'pre-push': 'installed' },
    ],
  ])('leaves to %s what it hands on whole, and runs it before heddle else', async (name, text, statuses) => {
    for (const one of Object.keys(statuses)) own(one, text);
    const { hooks, managers } = await stage.dev.answer('hook-install');
    expect(hooks.filter((one) => one.hook in statuses).map((one) => [one.hook, one.status])).toEqual(
      Object.entries(statuses),
    );
    const left = Object.entries(statuses).filter(([, status]) => status === 'foreign');
    expect(managers.map((one) => [one.name, one.hook])).toEqual(left.map(([one]) => [name, one]));
    for (const one of managers) {
      expect(one.line.includes('use_stdin')).toBe(one.hook === 'pre-push');
      expect(one.line.endsWith('# before pre-commit 3.2: stages: [commit]')).toBe(name === 'pre-commit');
    }
    await stage.owner.ok(['hook', 'uninstall']);
    for (const one of Object.keys(statuses)) expect(readFileSync(hook(one), 'utf8')).toBe(text);
  });
});

describe('hooks that were left behind', () => {
  const ours = (): readonly string[] =>
    readdirSync(join(stage.path, '.git/hooks')).filter((name) => !name.endsWith('.sample'));
  const commits = (): void => {
    for (const message of ['one', 'two'])
      expect(git(stage.dev, ['commit', '-q', '--allow-empty', '-m', message])).toMatchObject(QUIET);
  };
  const QUIET = { exit: 0, stderr: '' };

  it('stay while anything of heddle is there, and let pass', async () => {
    await stage.dev.ok(['hook', 'install']);
    const before = ours();
    const record = join(stage.path, '.git/heddle/hooks.json');
    renameSync(record, `${record}.away`);
    commits();
    expect(ours()).toEqual(before);
    renameSync(`${record}.away`, record);
    expect((await stage.dev.answer('hook-status')).ok).toBe(true);
  });

  it('take themselves away where nothing is, but for those that have another one beside them', async () => {
    own('pre-commit', '#!/bin/sh\necho mine >>ran\n');
    await stage.dev.ok(['hook', 'install']);
    rmSync(join(stage.path, '.git/heddle'), { recursive: true });
    commits();
    expect(ours().toSorted()).toEqual([
      'post-checkout',
      'post-merge',
      'pre-commit',
      'pre-commit.before-heddle',
      'pre-push',
    ]);
    expect(readFileSync(join(stage.path, 'ran'), 'utf8')).toBe('mine\nmine\n');
  });

  it('stay in a directory that may come with the work tree', async () => {
    stage.git('config', 'core.hooksPath', '.githooks');
    await stage.dev.ok(['hook', 'install']);
    rmSync(join(stage.path, '.git/heddle'), { recursive: true });
    commits();
    expect(readdirSync(join(stage.path, '.githooks'))).toHaveLength(6);
  });
});

describe('hook status', () => {
  itNeedsARepository(['hook', 'status']);

  it('names what is changed, what is gone, and another hooks path', async () => {
    expect((await stage.dev.answer('hook-status', [], { exit: 1 })).installed).toBe(false);
    expect((await stage.dev.answer('status')).hooks).toBeNull();
    await stage.dev.ok(['hook', 'install']);
    expect((await stage.dev.answer('status')).hooks).toEqual({ mode: 'enforce', ok: true });
    const answer = await stage.dev.answer('hook-status');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ ok: true, mode: 'enforce', findings: [] });
    writeFileSync(hook('pre-push'), `${readFileSync(hook('pre-push'), 'utf8')}exit 0\n`);
    stage.git('config', 'core.hooksPath', '/dev/null');
    const off = await stage.dev.answer('hook-status', [], { exit: 1 });
    expect(off.findings).toMatchObject([{ subject: 'core.hooksPath' }]);
    stage.git('config', '--unset', 'core.hooksPath');
    const edited = await stage.dev.answer('hook-status', [], { exit: 1 });
    expect(edited.findings).toMatchObject([{ subject: 'pre-push' }]);
    expect((await stage.dev.answer('status')).attention).toContainEqual({
      message: 'hooks do not stand as they were installed',
      command: ['heddle', 'hook', 'status'],
    });
    const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.hooksPath', GIT_CONFIG_VALUE_0: '/tmp' };
    const other = await stage.dev.with(env).answer('hook-status', [], { exit: 1 });
    expect(other.settings).toEqual([{ scope: 'environment', value: '/tmp' }]);
  });
});

describe('doctor', () => {
  it('tries whether hooks refuse, and says where they do not', async () => {
    await stage.dev.ok(['hook', 'install']);
    expect(await stage.dev.answer('doctor')).toMatchObject({ ok: true, findings: [] });
    chmodSync(hook('reference-transaction'), 0o644);
    const { findings } = await stage.dev.answer('doctor', [], { exit: 1 });
    expect(findings).toMatchObject([{ kind: 'hook', subject: join(stage.path, '.git/hooks') }]);
    expect(readdirSync(join(stage.path, '.git/heddle')).filter((name) => name.includes('trial'))).toEqual([]);
  });
});

describe('hook run', () => {
  itNeedsARepository(['hook', 'run', 'pre-commit']);

  it('refuses what git does not hand to a hook', async () => {
    const argv = ['hook', 'run', 'reference-transaction', '--', 'prepared'];
    const run = await stage.dev.run(argv, { stdin: 'nonsense\n' });
    expect(run).toMatchObject({ exit: 65, stdout: '' });
    expect(run.stderr).toContain('this is not what git hands to a hook');
    await expectRefusal(stage.dev, ['hook', 'run', 'commit-msg'], { exit: 64, code: 'USAGE' });
  });

  it('lets a person with a session commit, branch, reset and merge', async () => {
    await stage.dev.ok(['hook', 'install']);
    stageFile();
    expect(git(stage.dev, ['commit', '-q', '-m', 'b'])).toMatchObject({ exit: 0, stderr: '' });
    expect(git(stage.dev, ['commit', '-q', '--amend', '--no-verify', '-m', 'c'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['switch', '-q', '-c', 'topic'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['switch', '-q', 'main'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['reset', '-q', '--hard', 'HEAD~1'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['merge', '-q', 'topic'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['tag', 'v1'])).toMatchObject({ exit: 0 });
    expect(git(stage.dev, ['gc', '-q', '--prune=now'])).toMatchObject({ exit: 0 });
  });

  it('refuses everybody who would move a ref of heddle by hand, and heddle moves it', async () => {
    await stage.dev.ok(['hook', 'install']);
    for (const person of [stage.owner, stage.dev]) {
      const run = git(person, ['update-ref', 'refs/heddle/threads/task/login', head()]);
      expect(run.exit).not.toBe(0);
      expect(run.stderr).toContain('refs/heddle/threads/task/login moves by heddle alone');
    }
    stage.write('src/a.ts', 'more\n');
    await stage.dev.ok(['capture', '-m', 'more']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('only records in observe mode', async () => {
    await stage.owner.ok(['policy', 'set', '--hooks', 'observe']);
    await stage.dev.ok(['hook', 'install']);
    const agent = await stage.agent('worker');
    stageFile();
    const run = git(agent, ['commit', '-q', '-m', 'b']);
    expect(run.exit).toBe(0);
    expect(run.stderr).toContain('would be refused (SCOPE_OPERATION)');
    const { operations } = await stage.dev.answer('oplog');
    expect(operations.filter(({ op }) => op === 'hook').map(({ verdict }) => verdict)).toEqual([
      'deny',
      'deny',
    ]);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('names the agent in what an agent commits, once, as the policy says, and nobody in what a person does', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
    await stage.dev.ok(['hook', 'install']);
    const more = ['--provider', 'example', '--model', 'm-large'];
    const agent = await stage.agent('lander', { allow: 'thread:land', resource: 'acme/core', more });
    const message = (): string => stage.git('log', '-1', '--format=%B').trim();
    stageFile();
    expect(git(agent, ['commit', '-q', '-m', 'b'])).toMatchObject({ exit: 0 });
    expect(message()).toBe('b\n\nAssisted-by: lander:m-large');
    expect(git(agent, ['commit', '-q', '--amend', '--no-edit'])).toMatchObject({ exit: 0 });
    expect(message()).toBe('b\n\nAssisted-by: lander:m-large');
    await stage.owner.ok(['policy', 'set', '--trailers', 'none']);
    expect(git(agent, ['commit', '-q', '--allow-empty', '-m', 'c'])).toMatchObject({ exit: 0 });
    expect(message()).toBe('c');
    expect(git(stage.dev, ['commit', '-q', '--allow-empty', '-m', 'd'])).toMatchObject({ exit: 0 });
    expect(message()).toBe('d');
  });

  it('looks at what is staged: a secret and removed content stay out', async () => {
    await stage.dev.ok(['hook', 'install']);
    stageFile(`token = ${githubToken()}\n`);
    const secret = git(stage.dev, ['commit', '-q', '-m', 'b']);
    expect(secret.exit).not.toBe(0);
    expect(secret.stderr).toContain('src/a.ts:1');
    stageFile('shared with nobody\n');
    await stage.dev.ok(['capture', '-m', 'leak']);
    await stage.owner.ok(['redact', 'src/a.ts', '--reason', 'leak']);
    stageFile('shared with nobody\n');
    // The list is that of the home that removed it.
    const shunned = git(stage.owner, ['commit', '-q', '-m', 'b']);
    expect(shunned.exit).not.toBe(0);
    expect(shunned.stderr).toContain('src/a.ts holds what');
  });

  it('stops git and says how to go on where heddle is gone', async () => {
    await stage.dev.ok(['hook', 'install']);
    for (const name of ['pre-commit', 'reference-transaction']) {
      writeFileSync(
        hook(name),
        readFileSync(hook(name), 'utf8').replace(/^script=.*$/m, "script='/nowhere/heddle.js'"),
      );
    }
    stageFile();
    const run = git(stage.dev, ['commit', '-q', '-m', 'b']);
    expect(run.exit).not.toBe(0);
    expect(run.stderr).toContain('heddle is no longer at /nowhere/heddle.js');
    expect(run.stderr).toContain('heddle hook install');
    expect(run.stderr).toContain("rm '.git/hooks/pre-commit'");
    own('pre-commit.before-heddle', '#!/bin/sh\n');
    const kept = git(stage.dev, ['commit', '-q', '-m', 'b']);
    expect(kept.stderr).toContain("mv '.git/hooks/pre-commit.before-heddle' '.git/hooks/pre-commit'");
  });
});

describe('hook run pre-push', () => {
  it('lets nothing go where policies do not, nor what no state answers for', async () => {
    const bare = stage.beside('mirror.git');
    stage.git('init', '-q', '--bare', bare);
    stage.git('remote', 'add', 'origin', bare);
    await stage.dev.ok(['hook', 'install']);
    await stage.owner.ok([
      'policy',
      'set',
      '--attribution',
      'required',
      '--remotes',
      'https://git.example.com',
    ]);
    for (const to of ['origin', `file://someone:secret@localhost${bare}`]) {
      const elsewhere = git(stage.dev, ['push', '-q', to, 'main']);
      expect(elsewhere.exit).not.toBe(0);
      expect(elsewhere.stderr).toContain('a policy does not list where this would be pushed to');
      expect(elsewhere.stderr).not.toContain('secret@');
    }
    await stage.owner.ok(['policy', 'set', '--attribution', 'required', '--remotes', bare]);
    const first = git(stage.dev, ['push', '-q', 'origin', 'main']);
    expect(first).toMatchObject({ exit: 0 });
    expect(first.stderr).toContain('nobody looked at whose the history of main is');
    stageFile();
    expect(git(stage.dev, ['commit', '-q', '-m', 'by hand'])).toMatchObject({ exit: 0 });
    const second = git(stage.owner, ['push', '-q', 'origin', 'main:other']);
    expect(second.exit).not.toBe(0);
    expect(second.stderr).toContain('other would bring what no state answers for');
    // Nothing was fetched, as it seems; the remote says that it has the branch.
    expect(git(stage.dev, ['update-ref', '-d', 'refs/remotes/origin/main'])).toMatchObject({ exit: 0 });
    const third = git(stage.dev, ['push', '-q', 'origin', 'main']);
    expect(third.stderr).toContain('main would bring what no state answers for');
    expect(stage.git('-C', bare, 'for-each-ref', '--format=%(refname)').trim()).toBe('refs/heads/main');
  });
});

describe('an agent-held credential, with git alone', () => {
  let agent: Person;
  beforeEach(async () => {
    await stage.dev.ok(['hook', 'install']);
    agent = await stage.agent('worker');
    stageFile();
  });

  it.each([
    ['commit', ['commit', '-q', '-m', 'b']],
    ['commit --no-verify', ['commit', '-q', '--no-verify', '-m', 'b']],
    ['update-ref', ['update-ref', 'refs/heads/main', 'earlier']],
    ['update-ref -d', ['update-ref', '-d', 'refs/heads/main']],
    ['branch', ['branch', 'mine']],
    ['reset', ['reset', '-q', '--soft', 'earlier']],
    ['stash', ['stash']],
    ['tag', ['tag', 'v1']],
  ])('is refused %s', async (_, argv) => {
    const tree = stage.git('write-tree').trim();
    const other = stage.git('commit-tree', tree, '-m', 'raw').trim();
    stage.git('update-ref', 'refs/remotes/origin/raw', other);
    const line = argv.map((word) => (word === 'earlier' ? other : word));
    const refs = stage.git('for-each-ref');
    const run = git(agent, line);
    expect(run.exit).not.toBe(0);
    expect(run.stderr).toContain('denied at scope: thread:land');
    expect(stage.git('for-each-ref')).toBe(refs);
    expect(readFileSync(join(stage.path, 'src/a.ts'), 'utf8')).toBe('b\n');
  });

  it('is refused where it has no credential of its own, and a clone of a branch is not', async () => {
    const run = git(stage.dev, ['commit', '-q', '-m', 'b'], { CLAUDECODE: '1' });
    expect(run.exit).not.toBe(0);
    expect(run.stderr).toContain('denied at credential');
  });

  it('is told of a credential that git does not see in the work tree', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
    const run = git(agent, ['commit', '-q', '-m', 'b']);
    expect(run.stderr).toMatch(/fix +heddle token attenuate .* --out \.\.\/worker(-\d)?\.hcred$/m);
  });

  it('does not push a branch by itself', async () => {
    const bare = stage.beside('bare.git');
    stage.git('init', '-q', '--bare', bare);
    stage.git('remote', 'add', 'origin', bare);
    const run = git(agent, ['push', '-q', 'origin', 'main']);
    expect(run.exit).not.toBe(0);
    expect(run.stderr).toContain('denied at scope: thread:land');
    const person = git(stage.dev, ['push', '-q', 'origin', 'main']);
    expect(person).toMatchObject({ exit: 0 });
    const raw = git(stage.dev, ['push', '-q', 'origin', 'refs/heddle/authority']);
    expect(raw.stderr).toContain('refs/heddle/authority is not pushed by git alone');
  });
});
