import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process for as long as a file may mention it; plain strings and a number, fit for JSON. */
export interface ProcessIdentity {
  /** Another boot of the same machine has another one. */
  readonly boot: string;
  /** Machine and process namespace: from another one, a process id says nothing. */
  readonly place: string;
  readonly pid: number;
  /** Start time in the system's own unit; tells a process from a later one with its id. Empty: unknown. */
  readonly started: string;
}

/** `unknown`: it runs on another machine or in another container, where nobody here can look. */
export type ProcessState = 'alive' | 'dead' | 'unknown';

/** The identity of this process. */
export function currentProcess(): ProcessIdentity {
  own ??= {
    boot: readBoot(),
    place: readPlace(),
    pid: process.pid,
    started: readStat(process.pid)?.started ?? '',
  };
  return own;
}

/** The identity of another process here; undefined where there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const { boot, place } = currentProcess();
  if (!isRunning(pid)) return undefined;
  return { boot, place, pid, started: readStat(pid)?.started ?? '' };
}

/** Looks whether a process still runs. A zombie counts as dead: it can do nothing any more. */
export function findProcessState(identity: ProcessIdentity): ProcessState {
  const here = currentProcess();
  if (machineOf(identity) !== machineOf(here)) return 'unknown';
  if (identity.boot !== here.boot) return 'dead';
  if (identity.place !== here.place) return 'unknown';
  if (!isRunning(identity.pid)) return 'dead';
  const stat = readStat(identity.pid);
  // Between the two looks its parent may have reaped it; only where there is no /proc does nothing follow.
  if (stat === undefined) return isRunning(identity.pid) ? 'alive' : 'dead';
  if (identity.started === '') return 'alive';
  return stat.started === identity.started && !/^[ZXx]$/.test(stat.state) ? 'alive' : 'dead';
}

/** Tells whether a process must be taken for alive: everything but proof of its end. */
export function isAlive(identity: ProcessIdentity): boolean {
  return findProcessState(identity) !== 'dead';
}

let own: ProcessIdentity | undefined;

function machineOf(identity: ProcessIdentity): string {
  return identity.place.split('/', 1)[0] ?? '';
}

// Without /proc the boot cannot be told; a reboot then shows by process ids that are gone.
function readBoot(): string {
  return readText('/proc/sys/kernel/random/boot_id') ?? '';
}

function readPlace(): string {
  // A host's name may hold anything; the machine's id, where there is one, outlives renaming.
  const machine = (machineId() ?? hostname()).replace(/[^0-9A-Za-z.-]/g, '_');
  try {
    return `${machine}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `${machine}/`;
  }
}

/** Images of containers have none yet, and say so or leave it empty (machine-id(5)). */
function machineId(): string | undefined {
  const id = readText('/etc/machine-id');
  return id === undefined || /^(?:uninitialized)?\s*$/.test(id) ? undefined : id;
}

function readStat(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in brackets and may itself hold brackets and spaces (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || started === undefined ? undefined : { state, started };
}

/** Tells whether there is a process of this id, whoever's it is; a zombie is one. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The process that started this one. */
export function parentProcess(): number {
  return process.ppid;
}
