/** Names one process for as long as a file may mention it. */
export interface ProcessMark {
  /** Another boot of the same machine has another one. */
  readonly boot: string;
  /** Machine and process namespace: from another one, a process id says nothing. */
  readonly place: string;
  readonly pid: number;
  /** Tells a process from a later one with its id; empty where the system does not say. */
  readonly started: string;
}

/** A program to start; no shell ever sees it. */
export interface Program {
  /** Absolute path. */
  readonly path: string;
  /** What it is told that it was called by. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its standard output goes. */
  readonly output: 'stdout' | 'stderr';
  /** An open descriptor that becomes the program's descriptor 3; null for none. */
  readonly descriptor: number | null;
  /** Milliseconds until it is ended; null for no end. */
  readonly deadlineMs: number | null;
  /** A setting of its environment, `NAME=value`, by which its descendants are known where the system tells. */
  readonly token: string;
}

/** How a program ended. `timed-out`: it was ended, by whatever it did then. */
export interface ProgramEnd {
  readonly outcome: 'exited' | 'signalled' | 'timed-out';
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  /** Name of the signal. */
  readonly signal: string | null;
  /** The system's number of it; 0 for none. */
  readonly signalNumber: number;
}

export type ProgramStart =
  | {
      readonly kind: 'started';
      readonly mark: ProcessMark;
      /** Resolves when the program and what it left behind have ended. */
      readonly ended: Promise<ProgramEnd>;
    }
  /** The system's own word for why. */
  | { readonly kind: 'not-started'; readonly reason: string };

/** Programs that this process starts and watches over. */
export interface Processes {
  /** This process. */
  self(): ProcessMark;
  /**
   * The program that a name means: in the absolute directories of a search path, or, where it holds a slash, from
   * `cwd`. Undefined where there is none that may be run. Entries that are not absolute are passed over: what a
   * repository holds is never found by a bare name.
   */
  findProgram(name: string, options: { readonly path: string; readonly cwd: string }): string | undefined;
  /**
   * Starts a program in a process group of its own, or in this process's own where that leads the foreground of a
   * terminal. Signals that this process gets are passed on until the end. After the program's end, and at its deadline,
   * whatever it started is asked to end, and made to five seconds later.
   */
  start(program: Program): Promise<ProgramStart>;
  /** `unknown`: it runs where nobody here can look. */
  state(mark: ProcessMark): 'alive' | 'dead' | 'unknown';
  /** A process that runs here, by its id; undefined where none does. */
  find(pid: number): ProcessMark | undefined;
  /** Ids of the processes that this one came from, its parent first. */
  ancestors(): readonly number[];
  /** The oldest process whose environment has this setting; undefined where there is none, or nobody can tell. */
  findByToken(token: string): ProcessMark | undefined;
  /** Ends a program that this or another process started, with its group and its descendants. */
  end(mark: ProcessMark, token: string): Promise<void>;
}
