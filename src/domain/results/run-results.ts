import type { OperationId, StateId } from '#domain/id.ts';
import type { CredentialWay, RunOutcome } from '#domain/run/run-record.ts';
import type { Instant } from '#domain/time.ts';
import type { EffectiveScope, TokenDiff } from './token-results.ts';

/** `orphaned`: it goes on without its heddle. `unknown`: the log says no end, and nobody here can tell. */
export type RunStatus = 'running' | 'orphaned' | 'ended' | 'unknown';

/** One run, as a list shows it. */
export type RunSummary = {
  /** Id of the log line that began it. */
  readonly run: OperationId;
  readonly status: RunStatus;
  /** Who started it, and agents that they acted through. */
  readonly principal: string;
  readonly via: readonly string[];
  /** Who worked in it. */
  readonly agent: string;
  /** The command line; what looks like a secret is hidden. */
  readonly argv: readonly string[];
  readonly thread: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** Null while it has none. */
  readonly outcome: RunOutcome | null;
  readonly code: number | null;
  readonly signal: string | null;
  /** How many states were made in it; null while nobody counted. */
  readonly states: number | null;
  readonly denials: number | null;
};

/** A run that ended, for `run --json`; its program's own output goes to stderr then. */
export type RunResult = RunSummary & {
  /** What heddle exits with. */
  readonly exit: number;
  readonly operation: OperationId;
};

export type RunListResult = {
  readonly runs: readonly RunSummary[];
  /** Runs that ended and were left out. */
  readonly more: number;
};

/** Everything that the log keeps of a run. */
export type RunShowResult = RunSummary & {
  readonly holder: string;
  /** Revocation id, for `token revoke --block`. */
  readonly block: string;
  readonly expires: Instant | null;
  /** BLAKE3 over nonce and command line. */
  readonly argvHash: string;
  readonly argvNonce: string;
  readonly cwd: string | null;
  /** Milliseconds. */
  readonly timeout: number | null;
  readonly variables: readonly string[];
  readonly credential: CredentialWay;
  readonly parent: OperationId | null;
  /** Process id of the heddle that watches, or watched, over it. */
  readonly supervisor: number;
  readonly stateIds: readonly StateId[];
  readonly denialIds: readonly OperationId[];
};

/** What a run would be. */
export type RunExplainResult = {
  readonly argv: readonly string[];
  /** The file that would be run; null where it lies in a directory that is yet to be made. */
  readonly program: string | null;
  readonly agent: string;
  readonly thread: string | null;
  readonly cwd: string;
  /** The worktree that would be made; null for none. */
  readonly makes: string | null;
  /** Milliseconds. */
  readonly timeout: number | null;
  readonly variables: readonly string[];
  readonly credential: CredentialWay;
  readonly expires: Instant | null;
  /** What its own block of the token says. */
  readonly plain: readonly string[];
  /** What it has together with the blocks before. */
  readonly effective: EffectiveScope;
  /** Against the caller's own token. */
  readonly diff: TokenDiff;
};
