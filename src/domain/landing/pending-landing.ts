import type { Json } from '#domain/encoding/canonical-json.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseId, type StateId } from '#domain/id.ts';
import { readThreadName } from '#domain/operation/thread-record.ts';
import { TRAILER_STYLES, type TrailerStyle } from './landing-message.ts';

/** A landing that stopped at conflicts, which somebody resolves in a worktree of the thread. */
export interface PendingLanding {
  readonly thread: string;
  readonly branch: string;
  /** The state whose files stood in the worktree. */
  readonly head: StateId;
  /** The branch's commit that was merged with it. */
  readonly onto: string;
  /** The commit that keeps what the worktree was, and what git made of it. */
  readonly snapshot: string;
  /** How it is to be landed once it is resolved. */
  readonly squash: boolean;
  readonly message: string | null;
  readonly trailers: TrailerStyle;
}

/** The JSON form, as logs and records have it. */
export function pendingLandingJson(pending: PendingLanding): { readonly [name: string]: Json } {
  const { thread, branch, head, onto, snapshot, squash, message, trailers } = pending;
  return { thread, branch, head, onto, snapshot, squash, message, trailers };
}

/** Reads the same strictly; throws `FORMAT_INVALID`. The caller ends the reader. */
export function readPendingLanding(reader: JsonReader): PendingLanding {
  return {
    thread: readThreadName(reader, 'thread'),
    branch: reader.string('branch', LONGEST_BRANCH),
    head: parseId('hs', reader.string('head')),
    onto: readGitId(reader, 'onto'),
    snapshot: readGitId(reader, 'snapshot'),
    squash: reader.boolean('squash'),
    message: reader.nullableString('message', LONGEST_MESSAGE),
    trailers: reader.oneOf('trailers', TRAILER_STYLES),
  };
}

const LONGEST_BRANCH = 200;
const LONGEST_MESSAGE = 1024 * 1024;

function readGitId(reader: JsonReader, name: string): string {
  const id = reader.string(name, 64);
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) throw reader.invalid(`has no proper ${name}`);
  return id;
}
