import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, type Run } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const NODE = process.execPath;
const SCOPE = ['--allow', 'state:read,state:capture', '--thread', 'task/login'];
/** A program that is a script for Node. */
const script = (source: string, ...args: readonly string[]): readonly string[] => [
  '--',
  NODE,
  '-e',
  source,
  ...args,
];
const heddle = (line: string): string => `"${NODE}" "${HEDDLE}" ${line}`;

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return stage.dev.run(['run', ...argv], { env });
}

/** Every file of the stage that holds the text. */
function filesWith(text: string): readonly string[] {
  return readdirSync(stage.root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(stage.root, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => readFileSync(path).includes(text));
}

function runFiles(): readonly string[] {
  const state = join(String(stage.dev.env['HEDDLE_HOME']), 'state', 'runs');
  const notes = join(stage.path, '.git', 'heddle', 'runs');
  return [state, notes].flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
}

async function verified(): Promise<void> {
  expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
}

describe('heddle run', () => {
  itNeedsARepository(['run', '--preset', 'review', '--', 'true']);

  it('gives the program its streams, says in one line how it ended, and exits as it did', async () => {
    const done = await stage.dev.run(['run', ...SCOPE, '--', 'sh', '-c', 'cat; echo talk >&2; exit 7'], {
      stdin: 'heard\n',
    });
    expect([done.exit, done.stdout]).toEqual([7, 'heard\n']);
    expect(done.stderr).toMatch(
      /^talk\nrun: sh exited 7: 0 states, 0 denials; see `heddle run show ho-\w+`\n$/,
    );
    await verified();
  });

  it('prints one object with --json, and the output of the program beside it', async () => {
    const done = await run([...SCOPE, '--json', ...script('console.log("out"); process.exit(3)')]);
    expect([done.exit, done.stderr]).toEqual([3, 'out\n']);
    const answer = JSON.parse(done.stdout) as Record<string, unknown>;
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      schema: 'heddle/run/v1',
      status: 'ended',
      outcome: 'exited',
      code: 3,
      exit: 3,
      agent: 'node',
      principal: 'dev@example.com',
      thread: 'task/login',
      states: 0,
    });
  });

  it('exits with 128 and the number of the signal that ended the program', async () => {
    const done = await run([...SCOPE, '--json', '--', 'sh', '-c', 'kill -9 $$']);
    expect(done.exit).toBe(137);
    expect(JSON.parse(done.stdout)).toMatchObject({ outcome: 'signalled', signal: 'SIGKILL', code: null });
  });

  it('passes arguments as they are: no shell reads them', async () => {
    const odd = ['$(touch x)', '; rm -rf /', '--', '--json', 'a\nb', 'list', ''];
    const done = await run([
      ...SCOPE,
      ...script('console.log(JSON.stringify(process.argv.slice(1)))', ...odd),
    ]);
    expect(JSON.parse(done.stdout)).toEqual(odd);
    const named = await run([...SCOPE, '--', 'list']);
    expect([named.exit, named.stderr]).toEqual([65, expect.stringContaining('no program is called list')]);
  });

  it('gives the program a few variables, what was named, and no others', async () => {
    const print = ['--', 'env', '-0'];
    const set = { SECRET_KEY: 'hidden', EXTRA: 'ä=b', LC_ALL: 'C', GIT_DIR: '/nowhere', TZ: 'UTC' };
    const env = { ...set, HEDDLE_AGENT: 'me', HEDDLE_CONFIDENCE: '0.50', GIT_DIR: join(stage.path, '.git') };
    const done = await run([...SCOPE, '--env-pass', 'EXTRA', '--env-pass', 'UNSET', ...print], env);
    const got = new Map(
      done.stdout
        .split('\0')
        .filter(Boolean)
        .map((line): [string, string] => [
          line.slice(0, line.indexOf('=')),
          line.slice(line.indexOf('=') + 1),
        ]),
    );
    const passed = [
      'COLORTERM',
      'HEDDLE_HOME',
      'HOME',
      'LANG',
      'LC_ALL',
      'PATH',
      'SHELL',
      'TERM',
      'TMPDIR',
      'TZ',
    ];
    const given = passed.filter((name) => ({ ...stage.dev.env, ...env })[name] !== undefined);
    const own = ['AI_AGENT', 'EXTRA', 'HEDDLE_CREDENTIAL', 'HEDDLE_RUN'];
    const rest = Object.keys(stage.dev.env).filter((name) => name.startsWith('XDG_'));
    expect([...got.keys()].toSorted()).toEqual([...given, ...own, ...rest].toSorted());
    expect(got.get('EXTRA')).toBe('ä=b');
    expect(got.get('AI_AGENT')).toBe('env');
    const shown = await stage.dev.answer('run-show', [got.get('HEDDLE_RUN') ?? '']);
    expect(shown.variables).toEqual([...got.keys()].toSorted());
    expect(filesWith('ä=b')).toEqual([]);
  });

  it('refuses to pass on what says who acts, and passphrases', async () => {
    const before = stage.footprint();
    const names = ['HEDDLE_PASSPHRASE_FILE', 'HEDDLE_CREDENTIAL', 'HEDDLE_PRINCIPAL', 'AI_AGENT', 'A=B', ''];
    for (const name of names) {
      const argv = ['run', ...SCOPE, '--env-pass', name, '--', 'touch', stage.beside('touched')];
      await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
    }
    expect(stage.footprint()).toEqual(before);
    expect(existsSync(stage.beside('touched'))).toBe(false);
  });

  it('hands over a credential that nobody else can read, and leaves nothing of it', async () => {
    const look = `const fs = require('fs'); const f = process.env.HEDDLE_CREDENTIAL;
      const mode = (p) => (fs.statSync(p).mode & 0o777).toString(8);
      const d = require('path').dirname(f);
      console.log(JSON.stringify({ mode: mode(f), dir: mode(d), up: mode(require('path').dirname(d)), secret: JSON.parse(fs.readFileSync(f)).secret, f }));`;
    const done = await run([...SCOPE, ...script(look)]);
    const { secret, f, ...modes } = JSON.parse(done.stdout) as Record<string, string>;
    expect(modes).toEqual({ mode: '600', dir: '700', up: '700' });
    expect(existsSync(String(f))).toBe(false);
    expect(String(secret).length).toBeGreaterThan(40);
    expect(filesWith(String(secret))).toEqual([]);
    expect(runFiles()).toEqual([]);
    expect(stage.leftovers()).toEqual([]);
  });

  it('uses the runtime directory of the login where that is private', async () => {
    const runtime = stage.beside('runtime');
    mkdirSync(runtime, { mode: 0o700 });
    const { HEDDLE_HOME: home = '', ...rest } = stage.dev.env;
    const xdg = {
      XDG_RUNTIME_DIR: runtime,
      XDG_DATA_HOME: stage.beside('xdg-data'),
      XDG_STATE_HOME: stage.beside('xdg-state'),
    };
    mkdirSync(stage.beside('xdg-data'), { mode: 0o700 });
    spawnSync('cp', ['-a', join(home, 'data'), stage.beside('xdg-data', 'heddle')]);
    for (const [mode, root] of [
      ['700', runtime],
      ['755', stage.beside('xdg-state')],
    ] as const) {
      spawnSync('chmod', [mode, runtime]);
      const done = spawnSync(NODE, [HEDDLE, 'run', ...SCOPE, '--', 'printenv', 'HEDDLE_CREDENTIAL'], {
        cwd: stage.path,
        env: { ...rest, ...xdg },
        encoding: 'utf8',
      });
      expect(done.stdout, done.stderr).toMatch(new RegExp(`^${root}/heddle/runs/ho-`));
      expect(readdirSync(join(root, 'heddle', 'runs'))).toEqual([]);
    }
  });

  it('hands it over by a descriptor that many processes read, and puts no name to it', async () => {
    const line = [
      'printenv HEDDLE_CREDENTIAL',
      heddle('whoami --json'),
      heddle('capture -m by-descriptor --json'),
      heddle('can thread:start acme/core@task/login --json'),
      `cat /proc/self/fd/3 > ${stage.beside('kept')} 2>/dev/null || cat <&3 > ${stage.beside('kept')}`,
    ].join('; ');
    stage.write('src/new.ts', 'new\n');
    const done = await run([...SCOPE, '--agent', 'writer', '--credential', 'fd', '--', 'sh', '-c', line]);
    const [way, whoami, captured, can] = done.stdout.split('\n');
    expect(way, done.stderr).toBe('fd:3');
    expect(JSON.parse(whoami ?? '')).toMatchObject({ actor: { agent: 'writer' } });
    expect(JSON.parse(captured ?? '')).toMatchObject({ schema: 'heddle/capture/v1' });
    expect(JSON.parse(can ?? '')).toMatchObject({ denial: { code: 'SCOPE_OPERATION' } });
    const { secret } = JSON.parse(readFileSync(stage.beside('kept'), 'utf8')) as { readonly secret: string };
    expect(filesWith(secret)).toEqual([stage.beside('kept')]);
    expect(runFiles()).toEqual([]);
    await verified();
  });

  it('counts what the agent did, and names it', async () => {
    const line = [
      heddle('capture -m one'),
      'echo two > src/two.ts',
      heddle('capture -m two'),
      heddle('start other'),
      heddle('token attenuate --agent below --preset review --stdout > ../below.hcred'),
    ].join('; ');
    stage.write('src/one.ts', 'one\n');
    const done = await run([...SCOPE, '--agent', 'writer', '--json', '--', 'sh', '-c', line]);
    const answer = JSON.parse(done.stdout) as { readonly run: string };
    expect(answer).toMatchObject({ states: 2, denials: 1 });
    const shown = await stage.dev.answer('run-show', [answer.run.slice(0, 12)]);
    const { states } = await stage.dev.answer('log');
    expect(shown.stateIds).toEqual(states.map(({ state }) => state));
    expect(states.map(({ via }) => via)).toEqual([['writer'], ['writer']]);
    const { operations } = await stage.dev.answer('oplog');
    const denied = operations.filter(({ verdict }) => verdict === 'deny').map(({ id }) => id);
    expect(shown.denialIds).toEqual(denied);
    expect(operations.map(({ op }) => op).filter((op) => op.startsWith('run'))).toEqual([
      'run-end',
      'run-start',
    ]);
    await verified();
  });

  it('is nothing that undo takes back, or stops at', async () => {
    stage.write('src/one.ts', 'one\n');
    await stage.dev.ok(['capture', '-m', 'mine']);
    await run([...SCOPE, '--', 'true']);
    const undone = await stage.dev.answer('undo');
    expect(undone.op).toBe('capture');
    const { operations } = await stage.dev.answer('oplog');
    const start = operations.find(({ op }) => op === 'run-start')?.id ?? '';
    await expectRefusal(stage.dev, ['undo', start], { exit: 65, code: 'UNDO_REFUSED' });
  });

  it('refuses more than the caller has, unknown programs and threads, and no program, before anything', async () => {
    await stage.agent('narrow', { allow: 'state:read', more: ['--depth', '2'] });
    const narrow = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('narrow.hcred') });
    const before = stage.footprint();
    const wide = ['run', '--allow', 'state:capture', '--resource', 'acme/core@task/login:src', '--', 'true'];
    await expectRefusal(narrow, wide, { exit: 65, code: 'TOKEN_WIDENS' });
    const wider = ['run', ...SCOPE, '--thread', 'task/wide', '--worktree', '--', 'true'];
    await expectRefusal(narrow, wider, { exit: 65, code: 'TOKEN_WIDENS' });
    const refused: readonly (readonly [readonly string[], number, string])[] = [
      [['run', ...SCOPE, '--', 'no-such-program'], 65, 'NOT_FOUND'],
      [['run', ...SCOPE, '--', './README.md'], 65, 'NOT_FOUND'],
      [['run', ...SCOPE, '--thread', 'task/none', '--', 'true'], 65, 'NOT_FOUND'],
      [['run', ...SCOPE, '--resource', 'acme/core@task/other', '--', 'true'], 64, 'USAGE'],
      [['run', ...SCOPE, '--timeout', '25d', '--', 'true'], 64, 'USAGE'],
      [['run', ...SCOPE, '--timeout', 'soon', '--', 'true'], 64, 'DURATION_INVALID'],
      [['run', ...SCOPE, '--credential', 'stdin', '--', 'true'], 64, 'USAGE'],
      [['run', '--preset', 'review', '--worktree', 'x', '--', 'true'], 64, 'USAGE'],
      [['run', ...SCOPE], 64, 'USAGE'],
      [['run', ...SCOPE, 'true'], 64, 'USAGE'],
      [['run', '--', 'true'], 64, 'USAGE'],
      [['run', 'list', '--', 'true'], 64, 'USAGE'],
      [['run', '--preset', 'review', 'list'], 64, 'USAGE'],
      [['run', ...SCOPE, '--model', 'm', '--', 'true'], 64, 'PROVIDER_MODEL_PAIR'],
    ];
    for (const [argv, exit, code] of refused) await expectRefusal(stage.dev, argv, { exit, code });
    const nobody = stage.dev.with({ AI_AGENT: 'x' });
    await expectRefusal(nobody, ['run', ...SCOPE, '--', 'true'], { exit: 65, code: 'TOKEN_INVALID' });
    expect(stage.footprint()).toEqual(before);
    expect(runFiles()).toEqual([]);
  });

  it('finds no program in a directory that is not absolute: none of the repository by a bare name', async () => {
    writeFileSync(join(stage.path, 'planted'), '#!/bin/sh\necho planted\n', { mode: 0o755 });
    const env = { PATH: `.::${stage.dev.env['PATH'] ?? ''}` };
    const bare = await run([...SCOPE, '--', 'planted'], env);
    expect([bare.exit, bare.stdout]).toEqual([65, '']);
    expect((await run([...SCOPE, '--', './planted'], env)).stdout).toBe('planted\n');
  });

  it('says that a file is no program, and that it was not started', async () => {
    writeFileSync(join(stage.path, 'broken'), '#!/no/such/interpreter\n', { mode: 0o755 });
    const done = await run([...SCOPE, '--json', '--', './broken']);
    expect([done.exit, done.stdout], done.stderr).toEqual([74, '']);
    expect(JSON.parse(done.stderr)).toMatchObject({ code: 'IO_FAILED', facts: { program: './broken' } });
    const { runs } = await stage.dev.answer('run-list');
    expect(runs).toMatchObject([{ status: 'ended', outcome: 'not-started' }]);
    expect(runFiles()).toEqual([]);
  });

  it('narrows again inside a run, and not further than its depth', async () => {
    const inner = `run --allow state:read --thread task/login --agent inner --json -- ${heddle('whoami --json')}`;
    const outer = ['--preset', 'overnight', '--agent', 'outer', '--depth', '1', '--', 'sh', '-c'];
    const done = await run([...outer, heddle(inner)]);
    expect(JSON.parse(done.stderr.split('\n')[0] ?? '')).toMatchObject({ actor: { agent: 'inner' } });
    const { runs } = await stage.dev.answer('run-list');
    expect(runs.map(({ agent, via }) => [agent, via])).toEqual([
      ['inner', ['outer']],
      ['outer', []],
    ]);
    const shown = await stage.dev.answer('run-show', [runs[0]?.run ?? '']);
    expect(shown.parent).toBe(runs[1]?.run);
    const deeper = heddle(`run --allow state:read --thread task/login --agent third --json -- true`);
    const middle = `run --allow state:read --thread task/login --agent inner -- sh -c '${deeper}'`;
    const again = await run([...outer, heddle(middle)]);
    expect(again.stderr).toContain('"code":"TOKEN_WIDENS"');
    await verified();
  });

  it('shows no secret of a command line', async () => {
    const secrets = ['hunter2hunter2', 'Zx8Qm2Rv9Lp4Tk7Wn3Bc6Yd1', 'deadbeef'.repeat(5)];
    const args = [`--password=${secrets[0]}`, `https://u:${secrets[1]}@example.com/x`, secrets[2] ?? ''];
    const done = await run([...SCOPE, '--json', '--', 'true', ...args]);
    const shown = await stage.dev.run(['run', 'show', (JSON.parse(done.stdout) as { run: string }).run]);
    for (const secret of secrets) {
      expect(done.stdout + done.stderr + shown.stdout).not.toContain(secret);
      expect(filesWith(secret)).toEqual([]);
    }
    expect(shown.stdout).toContain('https://***@example.com/x');
  });
});

describe('heddle run --explain', () => {
  it('says what would be, makes nothing and starts nothing', async () => {
    const before = [stage.footprint(), readdirSync(stage.root, { recursive: true }).length];
    const argv = [
      '--explain',
      '--preset',
      'overnight',
      '--thread',
      'task/new',
      '--worktree',
      '--timeout',
      '5m',
    ];
    const program = ['--', 'touch', 'touched', '--token=abc'];
    const text = await stage.dev.ok(['run', ...argv, ...program]);
    const json = JSON.parse((await stage.dev.ok(['run', '--json', ...argv, ...program])).stdout) as Record<
      string,
      unknown
    >;
    expect(schemaProblems(json)).toEqual([]);
    expect(json).toMatchObject({
      schema: 'heddle/run-explain/v1',
      argv: ['touch', 'touched', '--token=***'],
      agent: 'touch',
      cwd: `${stage.path}.task-new`,
      makes: `${stage.path}.task-new`,
      timeout: 300_000,
      effective: {
        operations: ['state:read', 'state:capture', 'thread:claim', 'undo'],
        resources: [['acme/core@task/new']],
      },
      diff: { relation: 'descendant', gains: [] },
    });
    expect(text.stdout).toContain('nothing was started');
    expect(text.stdout).toContain('it is only within acme/core@task/new');
    expect([stage.footprint(), readdirSync(stage.root, { recursive: true }).length]).toEqual(before);
  });
});

describe('heddle run --thread', () => {
  it('runs in the worktree of the thread, and only there', async () => {
    await stage.dev.ok(['start', 'task/away', '--worktree', stage.beside('away')]);
    const argv = ['--allow', 'state:capture,state:read', '--thread', 'task/away', '--agent', 'far'];
    const line = `pwd; echo x > src.ts; ${heddle('capture -m away --json')}; ${heddle('can state:capture acme/core@task/login')}`;
    const done = await run([...argv, '--', 'sh', '-c', line]);
    expect(done.stdout.split('\n')[0]).toBe(stage.beside('away'));
    const { runs } = await stage.dev.answer('run-list');
    expect(runs[0]).toMatchObject({ thread: 'task/away', states: 1, code: 1 });
    expect((await stage.dev.answer('log', ['task/away'])).states).toHaveLength(1);
  });

  it('opens the thread in a worktree of its own first, once', async () => {
    const argv = ['--allow', 'state:capture,state:read', '--thread', 'task/fresh', '--worktree'];
    for (let turn = 0; turn < 2; turn += 1) {
      const done = await run([...argv, '--', 'pwd']);
      expect([done.exit, done.stdout], done.stderr).toEqual([0, `${stage.path}.task-fresh\n`]);
    }
    const named = await run([...argv, stage.beside('named'), '--thread', 'task/named', '--', './here']);
    expect([named.exit, named.stderr]).toEqual([65, expect.stringContaining('no program')]);
    const { operations } = await stage.dev.answer('oplog');
    expect(operations.filter(({ op }) => op === 'thread-start')).toHaveLength(3);
  });

  it('is refused without the role that a new thread needs, and leaves one line', async () => {
    const before = stage.footprint();
    const argv = [
      'run',
      '--preset',
      'overnight',
      '--thread',
      'release/1',
      '--worktree',
      '--json',
      '--',
      'true',
    ];
    const done = await stage.dev.run(argv);
    expect(done.exit, done.stderr).toBe(77);
    expect(JSON.parse(done.stderr)).toMatchObject({ code: 'ROLE_NONE', operation: 'thread:start' });
    expect(stage.footprint()).toEqual({ ...before, lines: before.lines + 1 });
    expect(runFiles()).toEqual([]);
  });
});

describe('heddle run list and run show', () => {
  itNeedsARepository(['run', 'list']);
  itNeedsARepository(['run', 'show', 'ho-abcdefgh']);

  it('show what goes on, and what ended', async () => {
    const child = spawn(NODE, [HEDDLE, 'run', ...SCOPE, '--', 'sh', '-c', 'echo up; read line'], {
      cwd: stage.path,
      env: stage.dev.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const going = await stage.dev.answer('run-list');
    expect(going.runs).toMatchObject([{ status: 'running', outcome: null, states: null, endedAt: null }]);
    expect((await stage.dev.ok(['run', 'list'])).stdout).toContain('running');
    child.stdin.end('\n');
    await new Promise((resolve) => child.once('close', resolve));
    const over = await stage.dev.answer('run-list');
    expect(over.runs).toMatchObject([{ status: 'ended', outcome: 'exited', states: 0 }]);
    expect(schemaProblems({ ...over })).toEqual([]);
  });

  it('leave older ones out unless all are asked for, and refuse names that name none', async () => {
    const empty = await stage.dev.ok(['run', 'list']);
    expect(empty.stdout).toBe('nothing was run here\n');
    await Promise.all([0, 1].map(() => run([...SCOPE, '--', 'true'])));
    expect((await stage.dev.answer('run-list', ['--all'])).runs).toHaveLength(2);
    await expectRefusal(stage.dev, ['run', 'show', 'ho-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['run', 'show', 'ho-'], { exit: 65, code: 'AMBIGUOUS' });
    await expectRefusal(stage.dev, ['run', 'show'], { exit: 64, code: 'USAGE' });
  });
});
