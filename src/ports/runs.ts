import type { OperationId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { ProcessMark } from './processes.ts';

/** What is noted of a run while it lasts, so that another process can end it properly. */
export interface RunNote {
  readonly run: OperationId;
  /** The heddle that watches over it. */
  readonly supervisor: ProcessMark;
  /** Null until it is started. */
  readonly child: ProcessMark | null;
  readonly deadline: Instant | null;
}

/** Notes of the runs of this clone and home, `<common dir>/heddle/runs`. */
export interface RunNotes {
  /** Runs that are noted, by anybody; one look at a directory. */
  list(): Promise<readonly OperationId[]>;
  /** Undefined where there is none, and where it was not written by this home: such a note is never acted on. */
  read(run: OperationId): Promise<RunNote | undefined>;
  /** Durable on return. */
  write(note: RunNote): Promise<void>;
  /** Durable on return; nothing happens where there is none. */
  remove(run: OperationId): Promise<void>;
}

/** Credentials of runs, in a directory of their own that only this user can enter. */
export interface RunCredentials {
  /** Writes a new file, 0600; its path. */
  write(run: OperationId, credential: string): Promise<string>;
  /** An open descriptor, for reading alone, of a file that has no name any more. */
  open(run: OperationId, credential: string): Promise<number>;
  close(descriptor: number): Promise<void>;
  /** Removes whatever there is of a run, wherever it was put; durable on return. */
  remove(run: OperationId): Promise<void>;
}
