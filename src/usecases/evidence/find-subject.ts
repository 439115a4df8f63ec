import type { EvidenceScope } from '#domain/evidence/evidence-codec.ts';
import { THREAD_REFS, threadRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { resolveState } from '#usecases/states/resolve-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';

/** What an evidence is to be about. */
export interface EvidenceSubject {
  readonly scope: EvidenceScope;
  /** Refs of threads, each with the carrier that it is taken to stand at. */
  readonly heads: readonly (readonly [ref: string, carrier: ObjectId])[];
  /** The carrier up to which states are left out; null for none. */
  readonly since: ObjectId | null;
}

/** Finds what is named: a thread, a state, `FROM..TO` of either, or every thread. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export async function findSubject(workspace: Workspace, name: string | null): Promise<EvidenceSubject> {
  if (name === null) {
    const heads = [...(await workspace.refs.list(THREAD_REFS))];
    return { scope: { kind: 'repository', name }, heads, since: null };
  }
  const [, from, to] = /^(.+)\.\.(.+)$/.exec(name) ?? [];
  const { id, carrier, state } = await resolveState(workspace, to ?? name);
  const heads = [[threadRef(state.thread), carrier] as const];
  const isThread = (await threadHeads(workspace)).has(name);
  if (from === undefined) {
    const scope = isThread ? ({ kind: 'thread', name } as const) : ({ kind: 'state', name: id } as const);
    return { scope, heads, since: null };
  }
  const since = await resolveState(workspace, from);
  const range = `${since.id}..${id}`;
  return { scope: { kind: 'range', name: range }, heads, since: since.carrier };
}
