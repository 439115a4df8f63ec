import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listProcesses } from '#platform/programs/process-table.ts';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { INTERRUPT, typeOnTerminal } from '../../support/terminal/on-a-terminal.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const NODE = process.execPath;
const SCOPE = ['--allow', 'state:read,state:capture', '--thread', 'task/login'];
const ours = new Set<number>();
afterEach(() => {
  for (const pid of ours) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  ours.clear();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') R';
  return !/\) [ZX]/.test(stat);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 1500; turn += 1) {
    if (condition()) return;
    await pause(20);
  }
  throw new Error(`in vain: ${what}`);
}

interface Started {
  readonly heddle: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: Promise<number | NodeJS.Signals | null>;
}

/** Starts `heddle run` with a script for sh. */
function start(line: string, more: readonly string[] = []): Started {
  const heddle = spawn(NODE, [HEDDLE, 'run', ...SCOPE, ...more, '--', 'sh', '-c', line], {
    cwd: stage.path,
    env: stage.dev.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = ['', ''];
  heddle.stdout.on('data', (bytes: Buffer) => (heard[0] += bytes.toString()));
  heddle.stderr.on('data', (bytes: Buffer) => (heard[1] += bytes.toString()));
  const end = new Promise<number | NodeJS.Signals | null>((resolve) =>
    heddle.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  return { heddle, end, stdout: () => heard[0] ?? '', stderr: () => heard[1] ?? '' };
}

/** Process ids that a script wrote, one line each. */
function idsIn(name: string): readonly number[] {
  const path = stage.beside(name);
  if (!existsSync(path)) return [];
  const ids = readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number);
  for (const id of ids) ours.add(id);
  return ids;
}

function noted(): readonly string[] {
  const path = join(stage.path, '.git', 'heddle', 'runs');
  return existsSync(path) ? readdirSync(path) : [];
}

function credentials(): readonly string[] {
  const path = join(String(stage.dev.env['HEDDLE_HOME']), 'state', 'runs');
  return existsSync(path) ? readdirSync(path) : [];
}

const note = (name: string): string => `echo $$ >> ${stage.beside(name)}`;

describe('the deadline of a run', () => {
  it('ends the program, what it started, and what that detached, even if they do not want to', async () => {
    const deaf = `trap '' TERM; ${note('ids')}; while :; do sleep 0.2; done`;
    writeFileSync(stage.beside('deaf.sh'), deaf);
    const script = stage.beside('deaf.sh');
    const own = existsSync('/proc/self/environ') ? `setsid sh ${script} & ` : `sh ${script} & `;
    const { end, stderr } = start(`trap '' TERM; sh ${script} & ${own} ${deaf}`, ['--timeout', '2s']);
    await until(() => idsIn('ids').length === 3, 'three processes');
    expect(await end, stderr()).toBe(124);
    expect(idsIn('ids').filter(isAlive)).toEqual([]);
    expect([noted(), credentials()]).toEqual([[], []]);
    const { runs } = await stage.dev.answer('run-list');
    expect(runs).toMatchObject([{ status: 'ended', outcome: 'timed-out' }]);
    expect((await stage.dev.answer('run-show', [runs[0]?.run ?? ''])).timeout).toBe(2000);
  });

  it('lets the program end by itself when it is asked', async () => {
    const { end, stdout } = start(`trap 'echo bye; exit 5' TERM; sleep 60 & wait`, ['--timeout', '2s']);
    expect(await end).toBe(124);
    expect(stdout()).toBe('bye\n');
    expect((await stage.dev.answer('run-list')).runs).toMatchObject([{ outcome: 'timed-out', code: 5 }]);
  });
});

describe('the end of a run', () => {
  it('is the end of what the program left in the background', async () => {
    const { end } = start(`(${note('ids')}; exec sleep 300) & sleep 0.5; exit 4`);
    expect(await end).toBe(4);
    // The subshell's own id is its parent's in sh; whoever sleeps is gone.
    const mine = listProcesses().filter(({ pid }) =>
      environmentOf(pid).includes(`HEDDLE_HOME=${stage.root}`),
    );
    expect(mine).toEqual([]);
    expect([noted(), credentials()]).toEqual([[], []]);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const)(
    'is as the program likes it when %s comes',
    async (signal) => {
      const name = signal.slice(3);
      const line = `trap 'echo got ${name}; exit 9' ${name}; echo up; while :; do sleep 0.05; done`;
      const { heddle, stdout, end } = start(line);
      await until(() => stdout() === 'up\n', 'the program');
      heddle.kill(signal);
      expect(await end).toBe(9);
      expect(stdout()).toBe(`up\ngot ${name}\n`);
      expect((await stage.dev.answer('run-list')).runs).toMatchObject([{ outcome: 'exited', code: 9 }]);
    },
  );

  it('is told by the signal where the program did not heed it', async () => {
    const { heddle, stdout, end } = start('echo up; while :; do sleep 0.05; done');
    await until(() => stdout() === 'up\n', 'the program');
    heddle.kill('SIGTERM');
    expect(await end).toBe(143);
    expect((await stage.dev.answer('run-list')).runs).toMatchObject([
      { outcome: 'signalled', signal: 'SIGTERM' },
    ]);
  });

  it('waits while the run is stopped, and goes on with it', async () => {
    const { heddle, stdout, end } = start('echo up; while [ ! -e ../go ]; do sleep 0.05; done; echo on');
    await until(() => stdout() === 'up\n', 'the program');
    heddle.kill('SIGTSTP');
    const stopped = (): boolean =>
      / T /.test(readFileSync(`/proc/${heddle.pid ?? 0}/stat`, 'utf8').replace(/\(.*\)/, ''));
    if (existsSync('/proc/self/stat')) await until(stopped, 'a stopped heddle');
    writeFileSync(stage.beside('go'), '');
    await pause(300);
    expect(stdout()).toBe('up\n');
    heddle.kill('SIGCONT');
    expect(await end).toBe(0);
    expect(stdout()).toBe('up\non\n');
  });
});

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

describe('a run whose heddle was killed', () => {
  it('goes on as an orphan, and is ended properly by the next command once it is over', async () => {
    const { heddle, end } = start(`${note('ids')}; while [ ! -e ../go ]; do sleep 0.05; done`);
    await until(() => idsIn('ids').length === 1 && noted().length === 1, 'the program');
    await until(
      () =>
        readFileSync(join(stage.path, '.git/heddle/runs', noted()[0] ?? ''), 'utf8').includes('"child":{'),
      'its note',
    );
    heddle.kill('SIGKILL');
    expect(await end).toBe('SIGKILL');
    const orphan = await stage.dev.answer('run-list');
    expect(orphan.runs).toMatchObject([{ status: 'orphaned', outcome: null }]);
    expect((await stage.dev.ok(['run', 'list'])).stdout).toContain('orphaned, still running');
    expect([credentials().length, idsIn('ids').filter(isAlive).length]).toEqual([1, 1]);
    writeFileSync(stage.beside('go'), '');
    await until(() => idsIn('ids').every((pid) => !isAlive(pid)), 'the end');
    // Any mutating verb does.
    stage.write('src/x.ts', 'x\n');
    const captured = await stage.dev.ok(['capture']);
    expect(captured.exit).toBe(0);
    expect([noted(), credentials()]).toEqual([[], []]);
    const { runs } = await stage.dev.answer('run-list');
    expect(runs).toMatchObject([{ status: 'ended', outcome: 'orphaned', code: null, states: 0 }]);
    expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is ended at its deadline by the next command', async () => {
    const { heddle, end } = start(`${note('ids')}; sleep 300 & wait`, ['--timeout', '3s']);
    await until(() => idsIn('ids').length === 1, 'the program');
    await until(
      () =>
        readFileSync(join(stage.path, '.git/heddle/runs', noted()[0] ?? ''), 'utf8').includes('"child":{'),
      'its note',
    );
    heddle.kill('SIGKILL');
    await end;
    await pause(3000);
    expect(idsIn('ids').filter(isAlive)).toHaveLength(1);
    const { runs } = await stage.dev.answer('run-list');
    expect(runs).toMatchObject([{ status: 'ended', outcome: 'orphaned' }]);
    expect(idsIn('ids').filter(isAlive)).toEqual([]);
    expect([noted(), credentials()]).toEqual([[], []]);
  });

  it('is not ended, nor its files removed, on the word of a note that somebody else wrote', async () => {
    const { heddle, end } = start(`${note('ids')}; while [ ! -e ../go ]; do sleep 0.05; done`);
    await until(() => idsIn('ids').length === 1 && noted().length === 1, 'the program');
    const path = join(stage.path, '.git/heddle/runs', noted()[0] ?? '');
    await until(() => readFileSync(path, 'utf8').includes('"child":{'), 'its note');
    const changed = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> & {
      supervisor: { pid: number };
    };
    // As if its heddle were gone, and its deadline past.
    changed.supervisor.pid = 2 ** 22 + 1;
    changed['deadline'] = '2020-01-01T00:00:00.000Z';
    writeFileSync(path, JSON.stringify(changed));
    await stage.dev.answer('run-list');
    expect(idsIn('ids').filter(isAlive)).toHaveLength(1);
    expect(credentials()).toHaveLength(1);
    writeFileSync(stage.beside('go'), '');
    expect(await end).toBe(0);
    expect(heddle.exitCode).toBe(0);
  });
});

describe('a run on a terminal', () => {
  it('shares it with the program: keys reach it as they would alone, and heddle stays to tell the end', async () => {
    const line = `trap 'echo interrupted; exit 6' INT; [ -t 0 ] && ps -o pgid=,tpgid= -p $$; echo ready; while :; do sleep 0.05; done`;
    const done = typeOnTerminal({
      argv: [NODE, HEDDLE, 'run', ...SCOPE, '--', 'sh', '-c', line],
      cwd: stage.path,
      env: stage.dev.env,
      awaited: 'ready',
      typed: INTERRUPT,
    });
    if (done === undefined) return;
    const [groups = ''] = /^ *(\d+) +(\d+)/m.exec(done.text) ?? [];
    const [own, foreground] = groups.trim().split(/ +/);
    expect([done.exit, own], done.text).toEqual([6, foreground]);
    expect(done.text).toContain('interrupted');
    expect(done.text).toContain('sh exited 6');
    expect((await stage.dev.answer('run-list')).runs).toMatchObject([{ outcome: 'exited', code: 6 }]);
  });
});
