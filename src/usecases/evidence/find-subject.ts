import { HeddleError } from '#domain/error.ts';
import type { EvidenceScope } from '#domain/evidence/evidence-codec.ts';
import { THREAD_REFS, threadRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
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
  const { id, carrier, state } = await findNamed(workspace, to ?? name);
  const heads = [[threadRef(state.thread), carrier] as const];
  const isThread = (await threadHeads(workspace)).has(name);
  if (from === undefined) {
    const scope = isThread ? ({ kind: 'thread', name } as const) : ({ kind: 'state', name: id } as const);
    return { scope, heads, since: null };
  }
  const since = await findNamed(workspace, from);
  const range = `${since.id}..${id}`;
  return { scope: { kind: 'range', name: range }, heads, since: since.carrier };
}

/** Whoever names a branch or a commit of Git's own is told what an evidence is of. */
async function findNamed(workspace: Workspace, name: string): Promise<CarriedState> {
  try {
    return await resolveState(workspace, name);
  } catch (error) {
    const isUnknown = error instanceof HeddleError && error.code === 'NOT_FOUND';
    if (!isUnknown || (await workspace.revisions.resolveCommit(name)) === undefined) throw error;
    throw new HeddleError('NOT_FOUND', `${name.slice(0, 80)} is Git's alone, and an evidence is of states`, {
      facts: { name: name.slice(0, 80), advice: NAME_STATES },
      preserved: 'nothing was written',
    });
  }
}

const NAME_STATES =
  'name a thread or a state, which `heddle thread list` and `heddle log` tell, or nothing for every thread';
