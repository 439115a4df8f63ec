import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** One process of this machine, as its system lists it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Foreground group of its terminal; -1 where it has none. */
  readonly foreground: number;
}

/** Every process that can still do something, oldest ids first; from /proc, or by `ps` where there is none. */
export function listProcesses(): readonly ListedProcess[] {
  const listed = listProc() ?? listByPs();
  return listed.toSorted((a, b) => a.pid - b.pid);
}

/** Processes that this one started, and those that they did, whatever their groups; itself left out. */
export function descendantsOf(pid: number, table: readonly ListedProcess[]): readonly number[] {
  const found = [pid];
  for (const ancestor of found) {
    for (const { pid: child, parent } of table) {
      if (parent === ancestor && !found.includes(child)) found.push(child);
    }
  }
  return found.slice(1);
}

/** Where a process came from: its parent first, then that one's, as far as they still run. */
export function ancestorsOf(pid: number, table: readonly ListedProcess[]): readonly number[] {
  const found: number[] = [];
  let next = table.find((listed) => listed.pid === pid)?.parent;
  while (next !== undefined && next > 0 && !found.includes(next)) {
    const parent = next;
    found.push(parent);
    next = table.find((listed) => listed.pid === parent)?.parent;
  }
  return found;
}

/** Processes whose environment has this setting, `NAME=value`; none where the system does not tell. */
export function processesWith(setting: string, table: readonly ListedProcess[]): readonly number[] {
  const wanted = Buffer.from(`\0${setting}\0`);
  return table.flatMap(({ pid }) => {
    const environment = readProc(`${pid}/environ`);
    if (environment === undefined) return [];
    return Buffer.concat([Buffer.from('\0'), environment, Buffer.from('\0')]).includes(wanted) ? [pid] : [];
  });
}

/** Tells whether this process leads the group in the foreground of its terminal. */
export function leadsForeground(): boolean {
  const own = listProcesses().find(({ pid }) => pid === process.pid);
  return own !== undefined && own.group === own.pid && own.foreground === own.pid;
}

function listProc(): readonly ListedProcess[] | undefined {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const listed = names.flatMap((name) => {
    const stat = readProc(`${name}/stat`)?.toString('latin1');
    // The program's name in brackets may itself hold brackets and spaces (proc(5)).
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    const [state = 'X', parent, group, , , foreground] = fields;
    return listedFrom([name, parent, group, foreground], state);
  });
  return listed.length === 0 ? undefined : listed;
}

/** The columns that POSIX has, and `tpgid`, which the BSDs and Linux have too. */
function listByPs(): readonly ListedProcess[] {
  const columns = ['-axo', 'pid=,ppid=,pgid=,tpgid=,stat='];
  const { stdout } = spawnSync('/bin/ps', columns, { encoding: 'latin1', env: {}, timeout: 5000 });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parent, group, foreground, state = 'X'] = line.trim().split(/ +/);
    return listedFrom([pid, parent, group, foreground], state);
  });
}

function listedFrom(fields: readonly (string | undefined)[], state: string): readonly ListedProcess[] {
  const [pid = Number.NaN, parent = Number.NaN, group = Number.NaN, foreground = -1] = fields.map(Number);
  if (/^[ZXx]/.test(state) || ![pid, parent, group].every(Number.isSafeInteger)) return [];
  return [{ pid, parent, group, foreground }];
}

function readProc(name: string): Buffer | undefined {
  try {
    return readFileSync(`/proc/${name}`);
  } catch {
    return undefined;
  }
}
