import type { Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type OperationId, type StateId } from '#domain/id.ts';
import { parseInstant, type Instant } from '#domain/time.ts';

/** How a run's credential reaches its program. */
export const CREDENTIAL_WAYS = ['file', 'fd'] as const;
export type CredentialWay = (typeof CREDENTIAL_WAYS)[number];

/** What a `run-start` line says of itself. */
export interface RunStart {
  readonly agent: string;
  /** Public key of the credential that it got. */
  readonly holder: string;
  /** Revocation id of that credential's last block. */
  readonly block: string;
  /** Null for one without end. */
  readonly expires: Instant | null;
  /** The command line, scrubbed; the first is the program as it was typed. */
  readonly argv: readonly string[];
  /** Hash over the nonce and the whole command line, both in hexadecimal. */
  readonly argvHash: string;
  readonly argvNonce: string;
  /** From the root of its worktree; null for one outside of it. */
  readonly cwd: string | null;
  readonly thread: string | null;
  /** Milliseconds; null for no end. */
  readonly timeout: number | null;
  /** Names of the variables that it got, sorted. */
  readonly variables: readonly string[];
  readonly credential: CredentialWay;
  /** The run that it was started in, as its caller said. */
  readonly parent: OperationId | null;
  /** Process id of the heddle that watches over it. */
  readonly supervisor: number;
}

export const RUN_OUTCOMES = ['exited', 'signalled', 'timed-out', 'orphaned', 'not-started'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** What a `run-end` line says of a run. */
export interface RunEnd {
  readonly run: OperationId;
  readonly outcome: RunOutcome;
  /** Exit code; null where there is none. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** States made with its credential, and with what was made from that; the newest hundred. */
  readonly states: readonly StateId[];
  readonly stateCount: number;
  /** Operations that were denied to it; the newest hundred. */
  readonly denials: readonly OperationId[];
  readonly denialCount: number;
}

/** Lists in a record are cut at this. */
export const MOST_IDS = 100;

/** The arguments of a `run-start` line. */
export function runStartJson(start: RunStart): Json {
  return { ...start };
}

/** The arguments of a `run-end` line. */
export function runEndJson(end: RunEnd): Json {
  return { ...end };
}

/** Undefined for what is no start: whoever signed a line may have written anything. */
export function parseRunStart(args: Json | undefined): RunStart | undefined {
  return attempt(args, (reader) => ({
    agent: reader.string('agent', 400),
    holder: reader.string('holder', 64),
    block: reader.string('block', 200),
    expires: reader.nullable('expires', () => parseInstant(reader.string('expires'))),
    argv: reader.strings('argv', 300, 2000),
    argvHash: reader.string('argvHash', 64),
    argvNonce: reader.string('argvNonce', 64),
    cwd: reader.nullableString('cwd', 8000),
    thread: reader.nullableString('thread', 2000),
    timeout: reader.nullable('timeout', () => reader.integer('timeout')),
    variables: reader.strings('variables', 500, 300),
    credential: reader.oneOf('credential', CREDENTIAL_WAYS),
    parent: reader.nullable('parent', () => parseId('ho', reader.string('parent'))),
    supervisor: reader.integer('supervisor'),
  }));
}

/** Undefined for what is no end. */
export function parseRunEnd(args: Json | undefined): RunEnd | undefined {
  return attempt(args, (reader) => ({
    run: parseId('ho', reader.string('run')),
    outcome: reader.oneOf('outcome', RUN_OUTCOMES),
    code: reader.nullable('code', () => reader.integer('code')),
    signal: reader.nullableString('signal', 20),
    startedAt: parseInstant(reader.string('startedAt')),
    endedAt: parseInstant(reader.string('endedAt')),
    states: reader.strings('states', MOST_IDS).map((id) => parseId('hs', id)),
    stateCount: reader.integer('stateCount'),
    denials: reader.strings('denials', MOST_IDS).map((id) => parseId('ho', id)),
    denialCount: reader.integer('denialCount'),
  }));
}

function attempt<T>(args: Json | undefined, read: (reader: JsonReader) => T): T | undefined {
  try {
    const reader = new JsonReader(args, 'run');
    const record = read(reader);
    reader.end();
    return record;
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
