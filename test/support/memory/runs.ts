import type { OperationId } from '#domain/id.ts';
import type { Processes, ProcessMark, Program, ProgramEnd } from '#ports/processes.ts';
import type { RunCredentials, RunNote, RunNotes } from '#ports/runs.ts';

/** What a test sees and says of the programs of this machine. */
export interface MemoryProcesses extends Processes {
  /** Programs that were started, in order. */
  readonly started: Program[];
  /** Process ids that are alive. */
  readonly alive: Set<number>;
  /** Settings by which processes can be found. */
  readonly marked: Map<string, number>;
  /** Processes that this one came from. */
  parents: readonly number[];
  /** What a program does; it ends so. */
  behave: (program: Program) => Promise<ProgramEnd>;
  /** Why programs do not start; null where they do. */
  broken: string | null;
}

const SELF = 100;

/** The mark of a process of the machine in memory. */
export function memoryMark(pid: number): ProcessMark {
  return { boot: 'boot', place: 'machine/pid:[1]', pid, started: String(pid) };
}

/** Processes without processes: a program is a function of the test. */
export function createMemoryProcesses(): MemoryProcesses {
  const alive = new Set([SELF]);
  const processes: MemoryProcesses = {
    started: [],
    alive,
    marked: new Map(),
    parents: [],
    behave: async () => ({ outcome: 'exited', code: 0, signal: null, signalNumber: 0 }),
    broken: null,
    self: () => memoryMark(SELF),
    findProgram: (name) => (name.startsWith('missing') ? undefined : `/bin/${name}`),
    async start(program) {
      if (processes.broken !== null) return { kind: 'not-started', reason: processes.broken };
      processes.started.push(program);
      const pid = SELF + processes.started.length;
      alive.add(pid);
      const ended = processes.behave(program).finally(() => alive.delete(pid));
      return { kind: 'started', mark: memoryMark(pid), ended };
    },
    state: ({ pid }) => (alive.has(pid) ? 'alive' : 'dead'),
    find: (pid) => (alive.has(pid) ? memoryMark(pid) : undefined),
    ancestors: () => processes.parents,
    findByToken(token) {
      const pid = processes.marked.get(token);
      return pid === undefined ? undefined : memoryMark(pid);
    },
    async end({ pid }) {
      alive.delete(pid);
    },
  };
  return processes;
}

/** Notes of runs without a disk. */
export function createMemoryRunNotes(): RunNotes {
  const notes = new Map<OperationId, RunNote>();
  return {
    list: async () => [...notes.keys()].toSorted(),
    read: async (run) => notes.get(run),
    async write(note) {
      notes.set(note.run, { ...note });
    },
    async remove(run) {
      notes.delete(run);
    },
  };
}

/** Credentials of runs without a disk, and which there are. */
export function createMemoryRunCredentials(): RunCredentials & { readonly kept: Map<OperationId, string> } {
  const kept = new Map<OperationId, string>();
  return {
    kept,
    async write(run, credential) {
      kept.set(run, credential);
      return `/runs/${run}/credential.hcred`;
    },
    open: async () => 7,
    close: async () => undefined,
    async remove(run) {
      kept.delete(run);
    },
  };
}
