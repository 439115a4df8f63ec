import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROCESSES } from '#platform/programs/child-program.ts';
import { identifyProcess } from '#platform/process-identity.ts';
import { descendantsOf, listProcesses, processesWith } from '#platform/programs/process-table.ts';
import type { Processes, Program } from '#ports/processes.ts';

const processes: Processes = PROCESSES;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-processes-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const PATH = process.env['PATH'] ?? '';
let count = 0;
/** A script for sh, whose output nobody wants. */
function program(line: string, more: Partial<Program> = {}): Program {
  count += 1;
  const setting = `HEDDLE_RUN=contract-${process.pid}-${count}`;
  const [name = '', value = ''] = setting.split('=');
  return {
    path: '/bin/sh',
    name: 'sh',
    args: ['-c', line],
    cwd: directory,
    env: { PATH, [name]: value },
    output: 'stderr',
    descriptor: null,
    deadlineMs: null,
    token: setting,
    ...more,
  };
}

async function endOf(line: string, more: Partial<Program> = {}) {
  const started = await processes.start(program(line, more));
  if (started.kind !== 'started') throw new Error(started.reason);
  return { mark: started.mark, end: await started.ended };
}

describe('a program that is watched over', () => {
  it('is told by its code, its signal, or its deadline', async () => {
    expect((await endOf('exit 3')).end).toEqual({
      outcome: 'exited',
      code: 3,
      signal: null,
      signalNumber: 0,
    });
    expect((await endOf('kill -TERM $$')).end).toMatchObject({
      outcome: 'signalled',
      signal: 'SIGTERM',
      signalNumber: 15,
    });
    const late = await endOf('sleep 60', { deadlineMs: 200 });
    expect(late.end).toMatchObject({ outcome: 'timed-out', code: null, signal: 'SIGTERM' });
    expect(processes.state(late.mark)).toBe('dead');
  });

  it('leads a group of its own, and listens for no signal of this process afterwards', async () => {
    const before = process.listenerCount('SIGTERM');
    const { end } = await endOf('[ "$(ps -o pgid= -p $$ | tr -d " ")" = $$ ]');
    expect([end.code, process.listenerCount('SIGTERM')]).toEqual([0, before]);
  });

  it('that cannot be started says why', async () => {
    const nowhere = join(directory, 'nowhere');
    expect(await processes.start(program('', { cwd: nowhere }))).toEqual({
      kind: 'not-started',
      reason: 'ENOENT',
    });
    writeFileSync(join(directory, 'closed'), '', { mode: 0o600 });
    const closed = await processes.start(program('', { path: join(directory, 'closed') }));
    expect(closed).toMatchObject({ kind: 'not-started', reason: 'EACCES' });
  });

  it('is ended from elsewhere with all that it started, and nobody else is', async () => {
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    const begun = program('sleep 60 & sleep 60 & wait');
    const started = await processes.start(begun);
    if (started.kind !== 'started') throw new Error(started.reason);
    for (let turn = 0; turn < 100 && descendantsOf(started.mark.pid, listProcesses()).length < 2; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const children = descendantsOf(started.mark.pid, listProcesses());
    expect(children).toHaveLength(2);
    // A later process by the same id is another one.
    await processes.end({ ...started.mark, started: '1' }, 'HEDDLE_RUN=nobody');
    expect(processes.state(started.mark)).toBe('alive');
    await processes.end(started.mark, begun.token);
    expect(await started.ended).toMatchObject({ outcome: 'signalled' });
    expect(listProcesses().filter(({ pid }) => children.includes(pid))).toEqual([]);
    expect(bystander.exitCode).toBeNull();
    bystander.kill();
  });

  it('is found by the setting of its environment where the system tells, and never by less of it', async () => {
    const begun = program('exec sleep 60');
    const started = await processes.start(begun);
    if (started.kind !== 'started') throw new Error(started.reason);
    const table = listProcesses();
    const told = processesWith(begun.token, table);
    if (process.platform === 'linux') expect(told).toEqual([started.mark.pid]);
    expect(processes.findByToken(begun.token)).toEqual(told.length === 0 ? undefined : started.mark);
    expect(processesWith(begun.token.slice(0, -1), table)).toEqual([]);
    await processes.end(started.mark, begun.token);
    await started.ended;
  });
});

describe('the list of processes', () => {
  it('has this one, with its parent and its group', () => {
    const own = listProcesses().find(({ pid }) => pid === process.pid);
    expect(own).toMatchObject({ parent: process.ppid });
    expect(identifyProcess(process.pid)).toEqual(processes.self());
    expect(descendantsOf(process.ppid, listProcesses())).toContain(process.pid);
  });
});

describe('a name of a program', () => {
  it('is looked up in absolute directories, or from a directory where it has a slash', () => {
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin', 'tool'), '', { mode: 0o755 });
    writeFileSync(join(directory, 'bin', 'text'), '', { mode: 0o644 });
    mkdirSync(join(directory, 'bin', 'folder'));
    chmodSync(join(directory, 'bin', 'folder'), 0o755);
    const find = (name: string, path = `relative:.::${directory}/bin`): string | undefined =>
      processes.findProgram(name, { path, cwd: directory });
    expect(find('tool')).toBe(join(directory, 'bin', 'tool'));
    expect(find('bin/tool')).toBe(join(directory, 'bin', 'tool'));
    expect(find(join(directory, 'bin', 'tool'), '')).toBe(join(directory, 'bin', 'tool'));
    expect(['text', 'folder', 'none', '', 'to\0ol', './tool'].map((name) => find(name))).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
    expect(find('tool', 'bin:.')).toBeUndefined();
  });
});
