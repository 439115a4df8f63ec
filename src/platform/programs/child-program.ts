import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as system } from 'node:os';
import { join, resolve } from 'node:path';
import { endProgram, send } from './end-program.ts';
import {
  currentProcess,
  findProcessState,
  identifyProcess,
  type ProcessIdentity,
} from '#platform/process-identity.ts';
import { ancestorsOf, leadsForeground, listProcesses, processesWith } from './process-table.ts';
import { absoluteEntries } from '#platform/search-path.ts';

/** A program to start; see the port. */
export interface ProgramOptions {
  readonly path: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly output: 'stdout' | 'stderr';
  readonly descriptor: number | null;
  readonly deadlineMs: number | null;
  readonly token: string;
}

/** How a program ended; see the port. */
export interface ProgramOutcome {
  readonly outcome: 'exited' | 'signalled' | 'timed-out';
  readonly code: number | null;
  readonly signal: string | null;
  readonly signalNumber: number;
}

/** A program that was started, or why it was not; see the port. */
export type StartedProgram =
  | { readonly kind: 'started'; readonly mark: ProcessIdentity; readonly ended: Promise<ProgramOutcome> }
  | { readonly kind: 'not-started'; readonly reason: string };

/** Programs that are watched over: the port, for this machine. */
export const PROCESSES = {
  self: currentProcess,
  findProgram,
  start: startProgram,
  state: findProcessState,
  findByToken,
  find: findProcess,
  ancestors: () => ancestorsOf(process.pid, listProcesses()),
  async end(mark: ProcessIdentity, token: string): Promise<void> {
    const alive = findProcessState(mark) === 'alive';
    const ownGroup = listProcesses().some(({ pid, group }) => pid === mark.pid && group === pid);
    await endProgram({ leader: mark, ownGroup: alive && ownGroup, token });
  },
};

function findProcess(pid: number): ProcessIdentity | undefined {
  const found = Number.isSafeInteger(pid) && pid > 0 ? identifyProcess(pid) : undefined;
  return found !== undefined && findProcessState(found) === 'alive' ? found : undefined;
}

function findProgram(
  name: string,
  { path, cwd }: { readonly path: string; readonly cwd: string },
): string | undefined {
  if (name.includes('\0') || name === '') return undefined;
  if (name.includes('/')) return [resolve(cwd, name)].find(isProgram);
  return absoluteEntries(path)
    .map((directory) => join(directory, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function findByToken(token: string): ProcessIdentity | undefined {
  const [oldest] = processesWith(token, listProcesses()).filter((pid) => pid !== process.pid);
  return oldest === undefined ? undefined : identifyProcess(oldest);
}

async function startProgram(program: ProgramOptions): Promise<StartedProgram> {
  // On a terminal it shares this process's group, so that keys and job control reach it as they would alone.
  const ownGroup = !(process.stdin.isTTY && leadsForeground());
  const state: Watch = { child: undefined, ownGroup };
  const stopListening = passSignalsOn(state);
  const child = spawn(program.path, [...program.args], {
    argv0: program.name,
    cwd: program.cwd,
    env: { ...program.env },
    detached: ownGroup,
    stdio: [
      'inherit',
      program.output === 'stdout' ? 'inherit' : 2,
      'inherit',
      ...(program.descriptor === null ? [] : [program.descriptor]),
    ],
  });
  state.child = child;
  const failure = await new Promise<string | undefined>((answer) => {
    child.once('spawn', () => answer(undefined));
    child.once('error', (error) => answer(codeOf(error)));
  });
  const mark = child.pid === undefined ? undefined : identifyProcess(child.pid);
  if (failure !== undefined || mark === undefined) {
    stopListening();
    return { kind: 'not-started', reason: failure ?? 'ESRCH' };
  }
  const leader = { leader: mark, ownGroup, token: program.token };
  return { kind: 'started', mark, ended: watch(child, leader, program.deadlineMs).finally(stopListening) };
}

async function watch(
  child: ChildProcess,
  leader: Parameters<typeof endProgram>[0],
  deadlineMs: number | null,
): Promise<ProgramOutcome> {
  let late = false;
  const timer =
    deadlineMs === null
      ? undefined
      : setTimeout(() => {
          late = true;
          void endProgram(leader);
        }, deadlineMs);
  const { code, signal } = await exitOf(child);
  clearTimeout(timer);
  await endProgram(leader);
  const ended = code === null ? 'signalled' : 'exited';
  const signalNumber = signal === null ? 0 : system.signals[signal];
  return { outcome: late ? 'timed-out' : ended, code, signal, signalNumber };
}

function exitOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((answer) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      answer({ code: child.exitCode, signal: child.signalCode });
      return;
    }
    child.once('exit', (code, signal) => answer({ code, signal }));
  });
}

interface Watch {
  child: ChildProcess | undefined;
  readonly ownGroup: boolean;
}

const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const;
/** What a terminal sends to everybody in its foreground, of their own accord. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;

/** Listens until the returned function is called; before there is a child, a signal is lost on nobody but this one. */
function passSignalsOn(state: Watch): () => void {
  const pass = (signal: NodeJS.Signals): void => {
    const pid = state.child?.pid;
    if (pid !== undefined) send(state.ownGroup ? -pid : pid, signal);
  };
  const stop = (): void => {
    pass('SIGSTOP');
    send(process.pid, 'SIGSTOP');
  };
  const heed: [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ...PASSED_ON.map((signal): [NodeJS.Signals, typeof pass] => [signal, pass]),
    ...FROM_TERMINAL.map((signal): [NodeJS.Signals, typeof pass] => [
      signal,
      state.ownGroup ? pass : () => undefined,
    ]),
  ];
  // In another session the child would not stop for SIGTSTP: nobody there could let it go on (POSIX 11.1.4).
  if (state.ownGroup) heed.push(['SIGTSTP', stop]);
  for (const [signal, listener] of heed) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of heed) process.off(signal, listener);
  };
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
