import type { OperationId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';

export type SecretsAllowResult = {
  /** True where it was taken back. */
  readonly removed: boolean;
  /** What may be captured now though it looks like a secret, or no longer; empty where nothing was found. Values are not told. */
  readonly exceptions: readonly {
    readonly rule: string;
    /** Percent-escaped. */
    readonly path: string;
    /** From 1, as the file is now; null where it was taken back. */
    readonly line: number | null;
    readonly until: Instant;
  }[];
  /** Null where nothing was found. */
  readonly operation: OperationId | null;
};

export type SecretsListResult = {
  readonly exceptions: readonly {
    readonly rule: string;
    /** Percent-escaped. */
    readonly path: string;
    /** Where it was made; it counts in every thread. */
    readonly thread: string;
    /** The principal who answers for it. */
    readonly by: string;
    readonly reason: string;
    readonly since: Instant;
    readonly until: Instant;
    /** True where it counts no longer. */
    readonly over: boolean;
  }[];
};
