import type { ThreadSplitResult } from '#domain/results/thread-results.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import type { Part } from './find-part.ts';

export type Split = Omit<ThreadSplitResult, 'operation'>;

/** A split that was looked up, before anything is asked. */
export interface Found {
  readonly name: string;
  readonly into: string;
  readonly task: string | null;
  readonly paths: readonly Uint8Array[];
  readonly part: Part;
  /** True to leave the thread as it is. */
  readonly keep: boolean;
  /** Absolute path of a linked worktree to make for the new thread; null for none. */
  readonly directory: string | null;
}

/** The answer; without states it is of a rehearsal. */
export function resultOf(
  { name, into, part, directory }: Found,
  { state, left }: Pick<Split, 'state' | 'left'>,
): Split {
  return {
    thread: into,
    from: name,
    state,
    left,
    head: part.head.id,
    changed: describeChanges(part.taken),
    worktree: directory,
    dryRun: state === null,
  };
}
