import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { findProcessState, identifyProcess, type ProcessIdentity } from '#platform/process-identity.ts';
import { descendantsOf, listProcesses, processesWith } from './process-table.ts';

/** Milliseconds between asking a program to end and making it. */
export const GRACE_MS = 5_000;
const LOOK_MS = 25;

/** A program to end, with all that it started. */
export interface Endable {
  readonly leader: ProcessIdentity;
  /** True where the leader's id is a group's, too. */
  readonly ownGroup: boolean;
  /** The setting by which its descendants are known. */
  readonly token: string;
}

/**
 * Ends what a program started, and the program where it still runs: asks, and makes it after the grace. Nothing is
 * signalled that began after the look at it: a process id may be somebody else's by then.
 */
export async function endProgram(program: Endable, graceMs: number = GRACE_MS): Promise<void> {
  const known: Known = new Map();
  look(program, known);
  if (known.size === 0) return;
  signalAll(program, known, ['SIGTERM', 'SIGCONT']);
  const end = performance.now() + graceMs;
  while (performance.now() < end) {
    await pause(LOOK_MS);
    look(program, known);
    if (known.size === 0) return;
  }
  signalAll(program, known, ['SIGKILL']);
  // What was killed is gone as soon as the system has seen to it.
  for (let turn = 0; turn < 40 && known.size > 0; turn += 1) {
    await pause(LOOK_MS);
    look(program, known);
    if (known.size > 0) signalAll(program, known, ['SIGKILL']);
  }
}

/** Processes to end, by id, each with its group. */
type Known = Map<number, { readonly identity: ProcessIdentity; readonly group: number | undefined }>;

/** Adds who belongs to the program by now and drops who ended: a child of a child may have lost its parents. */
function look({ leader, ownGroup, token }: Endable, known: Known): void {
  for (const [pid, { identity }] of known) if (findProcessState(identity) !== 'alive') known.delete(pid);
  const table = listProcesses();
  const alive = findProcessState(leader) === 'alive';
  const ids = [
    ...(alive ? [leader.pid, ...descendantsOf(leader.pid, table)] : []),
    ...(ownGroup && groupIsOurs(leader, alive)
      ? table.filter(({ group }) => group === leader.pid).map(({ pid }) => pid)
      : []),
    ...[...known.keys()].flatMap((pid) => descendantsOf(pid, table)),
    ...processesWith(token, table),
  ];
  for (const pid of ids) {
    if (pid === process.pid || known.has(pid)) continue;
    const identity = identifyProcess(pid);
    if (identity !== undefined && findProcessState(identity) === 'alive') {
      known.set(pid, { identity, group: table.find((listed) => listed.pid === pid)?.group });
    }
  }
}

/**
 * While the leader lives, its id is the group's. Afterwards the system gives the id to nobody as long as the group has
 * members; only a group that began anew under the id has a leader by that id again.
 */
function groupIsOurs(leader: ProcessIdentity, alive: boolean): boolean {
  const now = alive ? undefined : identifyProcess(leader.pid);
  return now === undefined || now.started === leader.started;
}

function signalAll(
  { leader, ownGroup }: Endable,
  known: ReadonlyMap<number, { readonly identity: ProcessIdentity; readonly group: number | undefined }>,
  signals: readonly NodeJS.Signals[],
): void {
  const members = [...known].filter(([, { group }]) => group === leader.pid);
  const atOnce = ownGroup && members.length > 0;
  for (const signal of signals) {
    // At one blow, also whoever was born a moment ago; and each once.
    if (atOnce) send(-leader.pid, signal);
    for (const [pid, { identity, group }] of known) {
      if (atOnce && group === leader.pid) continue;
      if (findProcessState(identity) === 'alive') send(pid, signal);
    }
  }
}

/** False where nobody is there to get it. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
