import { HeddleError } from '#domain/error.ts';
import { isThreadName } from '#domain/resource/thread-name.ts';
import type { Digest } from '#domain/id.ts';
import {
  AUTHORITY_REF,
  IMPORTS_REF,
  OPLOG_REFS,
  REMOTE_REFS,
  replicaOf,
  REQUESTS_REF,
  REVIEWS_REF,
  THREAD_REFS,
  TOMBSTONES_REF,
} from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Transport } from '#ports/boundary/transport.ts';

/** Sets that are joined row by row; tombstones are judged one by one instead. */
export const JOINED_SETS = [REQUESTS_REF, REVIEWS_REF, IMPORTS_REF] as const;
export type JoinedSet = (typeof JOINED_SETS)[number];

/** What travels: never what was dropped, nor snapshots, nor what came from another remote. */
const PREFIXES = [AUTHORITY_REF, TOMBSTONES_REF, ...JOINED_SETS, OPLOG_REFS, THREAD_REFS] as const;

/** Bounds what is believed before it was checked. */
const MOST_THREADS = 10_000;

/** What a remote keeps of heddle, by what its refs are called; nothing of it was looked into. */
export interface RemoteKeeps {
  readonly authority: ObjectId | null;
  readonly tombstones: ObjectId | null;
  readonly sets: ReadonlyMap<JoinedSet, ObjectId>;
  readonly threads: ReadonlyMap<string, ObjectId>;
  /** By replica. */
  readonly logs: ReadonlyMap<Digest, ObjectId>;
  /** Refs that are called as no ref of heddle is. */
  readonly findings: readonly Finding[];
}

/** Asks a remote what it keeps. Throws as the transport does, `REMOTE_REFUSED` for more threads than are believed. */
export async function listKept(
  transport: Transport,
  remote: string,
  more: readonly string[] = [],
): Promise<{ readonly keeps: RemoteKeeps; readonly refs: ReadonlyMap<string, ObjectId> }> {
  const refs = await transport.list(remote, [...PREFIXES, ...more]);
  const threads = new Map<string, ObjectId>();
  const findings: Finding[] = [];
  const logs = new Map<Digest, ObjectId>();
  for (const [name, id] of refs) {
    if (name.startsWith(OPLOG_REFS)) {
      const replica = replicaOf(name);
      if (replica !== undefined) logs.set(replica, id);
      else findings.push({ kind: 'ref', subject: name.slice(0, 120), message: 'it is named for no clone' });
    }
    if (!name.startsWith(THREAD_REFS)) continue;
    const thread = name.slice(THREAD_REFS.length);
    if (isThreadName(thread)) threads.set(thread, id);
    else findings.push({ kind: 'ref', subject: name.slice(0, 120), message: 'no thread can have this name' });
  }
  if (threads.size > MOST_THREADS) {
    throw new HeddleError('REMOTE_REFUSED', `the remote has more than ${MOST_THREADS} threads`, {
      facts: { remote, threads: threads.size },
      preserved: 'nothing was changed',
    });
  }
  const sets = new Map<JoinedSet, ObjectId>();
  for (const set of JOINED_SETS) {
    const id = refs.get(set);
    if (id !== undefined) sets.set(set, id);
  }
  const keeps = {
    authority: refs.get(AUTHORITY_REF) ?? null,
    tombstones: refs.get(TOMBSTONES_REF) ?? null,
    sets,
    threads,
    logs,
    findings,
  };
  return { keeps, refs };
}

/** Where what a remote had under a name is kept here. */
export function trackedRef(remote: string, ref: string): string {
  return `${REMOTE_REFS}${remote}/${ref.slice('refs/heddle/'.length)}`;
}
