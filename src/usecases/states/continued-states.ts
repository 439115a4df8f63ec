import type { AuthorityView } from '#domain/authority/authority.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { StateId } from '#domain/id.ts';
import { covers, parseResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from './attest-state.ts';
import { findState } from './find-states.ts';
import { readState, type CarriedState } from './read-state.ts';
import { threadHeads } from './walk-states.ts';

/** Tells whether a policy asks of work in a thread that what it continues is signed. */
export function asksAttestation(view: AuthorityView, thread: string): boolean {
  if (view.policies.length === 0) return false;
  return effectivePolicy(view, threadResource(view.repository, thread)).attestation !== null;
}

/** What the signatures of states are worth that work in a thread continues; nothing where no policy asks. */
export function continuedStates(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  view: AuthorityView,
  { thread, states }: { readonly thread: string; readonly states: readonly CarriedState[] },
): readonly ContinuedState[] {
  if (!asksAttestation(view, thread)) return [];
  return states.map((carried) => ({
    state: carried.id,
    attestation: attestState(workspace, carried, view).attestation,
  }));
}

/** The same for a state by its id. What is gone since, by a purge or an undo, cannot be asked about any more. */
export async function continuedFrom(
  workspace: Workspace,
  view: AuthorityView,
  { thread, from }: { readonly thread: string; readonly from: StateId | undefined },
): Promise<readonly ContinuedState[]> {
  if (from === undefined || !asksAttestation(view, thread)) return [];
  const state = await findState(workspace, from);
  return continuedStates(workspace, view, { thread, states: state === undefined ? [] : [state] });
}

/** What a capture at each of these resources would continue: the newest state of its thread. */
export async function continuedAt(
  workspace: Workspace,
  view: AuthorityView,
  resources: readonly string[],
): Promise<ReadonlyMap<string, readonly ContinuedState[]>> {
  const found = new Map<string, readonly ContinuedState[]>();
  for (const [thread, carrier] of await threadHeads(workspace)) {
    const at = threadResource(view.repository, thread);
    const under = resources.filter((resource) => covers(at, resource) && sameThread(at, resource));
    if (under.length === 0) continue;
    const states = continuedStates(workspace, view, {
      thread,
      states: [await readState(workspace, carrier)],
    });
    for (const resource of under) found.set(resource, states);
  }
  return found;
}

/** A thread's resource covers those of the threads below it, too. */
function sameThread(a: string, b: string): boolean {
  return parseResource(a).thread.length === parseResource(b).thread.length;
}
