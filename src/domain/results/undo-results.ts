import type { RequestOperation } from '#domain/authority/role.ts';
import type { DenialCode } from '#domain/decision/decision.ts';
import type { OperationId, StateId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import type { ChangedPath } from '#domain/result-parts.ts';

export type UndoResult = {
  readonly operation: OperationId;
  readonly undone: OperationId;
  /** The kind of what was undone. */
  readonly op: OperationKind;
  /** Heads of the threads it touched, afterwards. */
  readonly states: readonly StateId[];
};

export type RedoResult = {
  readonly operation: OperationId;
  /** The undo that was taken back. */
  readonly undo: OperationId;
  /** What is done again. */
  readonly redone: OperationId;
  /** The kind of what is done again. */
  readonly op: OperationKind;
  /** Heads of the threads it touched, afterwards. */
  readonly states: readonly StateId[];
};

/** An operation, as `undo` sees it. */
export type UndoTarget = {
  readonly id: OperationId;
  readonly at: Instant;
  readonly op: OperationKind;
  /** Who did it. */
  readonly principal: string;
  readonly agent: string | null;
  /** Null where there is none. */
  readonly resource: string | null;
};

/**
 * What becomes of one's own operation: `stands` and can be undone; `blocked` by a later one; `undone`: `why` says how it is done again;
 * `gone`: void, or behind a purge; `final`: there is no way back.
 */
export type UndoStatus = 'stands' | 'blocked' | 'undone' | 'gone' | 'final';

export type UndoListResult = {
  /** One's own, newest first. */
  readonly operations: readonly (UndoTarget & {
    readonly status: UndoStatus;
    /** Null for what stands. */
    readonly why: string | null;
    /** The later operation that says so; null where none does. */
    readonly by: OperationId | null;
  })[];
};

export type UndoPreviewResult = {
  readonly does: 'undo' | 'redo';
  readonly target: UndoTarget;
  /** True where less is needed: it is the caller's own work. */
  readonly own: boolean;
  readonly needs: { readonly operation: RequestOperation; readonly resources: readonly string[] };
  /** The code of the denial that it would get; null where it would be allowed. */
  readonly denied: DenialCode | null;
  /** Null where it would be denied. */
  readonly plan: {
    /** Threads that would be at another state. */
    readonly threads: readonly {
      readonly thread: string;
      readonly from: StateId | null;
      readonly to: StateId | null;
      /** What differs between the two. */
      readonly changed: readonly ChangedPath[];
    }[];
    /** True where a record of the authority chain says it. */
    readonly record: boolean;
  } | null;
};
