import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { currentProcess, findProcessState, identifyProcess, isAlive } from '#platform/process-identity.ts';

describe('the identity of a process', () => {
  const own = currentProcess();

  it('is plain data that survives a file, and names this process', () => {
    expect(JSON.parse(JSON.stringify(own))).toEqual(own);
    expect(own.pid).toBe(process.pid);
    expect(findProcessState(own)).toBe('alive');
    expect(identifyProcess(process.pid)).toEqual(own);
  });

  it('shows a child alive until it is killed, and dead before anybody waited for it', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const identity = identifyProcess(child.pid ?? 0) ?? own;
    expect(identity.pid).toBe(child.pid);
    expect(isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findProcessState(identity)).toBe('dead');
    expect(identifyProcess(child.pid ?? 0)).toBeUndefined();
  });

  it('takes a zombie for dead', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const identity = identifyProcess(Number(line.toString())) ?? own;
    expect(findProcessState(identity)).toBe('alive');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(findProcessState(identity)).toBe('dead');
    parent.kill('SIGKILL');
  });

  it('tells a process from a later one with its id', () => {
    expect(findProcessState({ ...own, started: `${Number(own.started) - 1}` })).toBe('dead');
  });

  it('takes every process of another boot for dead', () => {
    expect(findProcessState({ ...own, boot: '00000000-0000-4000-8000-000000000000' })).toBe('dead');
  });

  it('does not judge other machines and containers, and takes their processes for alive', () => {
    for (const place of ['another-machine/pid:[4026531836]', `${own.place.split('/', 1)[0] ?? ''}/pid:[1]`]) {
      expect(findProcessState({ ...own, place, pid: 999_999_999 })).toBe('unknown');
      expect(isAlive({ ...own, place })).toBe(true);
    }
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 40])('finds no process %d', (pid) => {
    expect(findProcessState({ ...own, pid })).toBe('dead');
  });
});
