import { DROPPED_REFS, THREAD_REFS, BRANCH_REFS } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/server/incoming.ts';
import type { Workspace } from '#ports/workspace.ts';
import { verifyStatesFrom } from '#usecases/verify/states/verify-states.ts';
import type { StateGround } from '#usecases/verify/states/state-decision.ts';

/** Commits that one push may bring to threads. */
export const MOST_COMMITS = 200_000;

/**
 * Verifies the states that a push brings, down to those that the server's own threads lead to. What merely lies among
 * its objects was verified by nobody: a branch may have brought it.
 */
export async function verifyPushedStates(
  candidate: Workspace,
  ground: StateGround,
  {
    server,
    incoming,
    threads,
  }: {
    readonly server: Pick<Workspace, 'refs'>;
    readonly incoming: Incoming;
    readonly threads: readonly RefChange[];
  },
): Promise<void> {
  const heads = threads.flatMap(({ name, new: next }) => (next === null ? [] : [[name, next] as const]));
  if (heads.length === 0) return;
  const kept = [
    ...(await server.refs.list(THREAD_REFS)).values(),
    ...(await server.refs.list(DROPPED_REFS)).values(),
  ];
  const branches = [...(await server.refs.list(BRANCH_REFS)).values()];
  const carriers = heads.map(([, carrier]) => carrier);
  const listed = new Set(await incoming.commits(carriers, [...kept, ...branches], MOST_COMMITS));
  const asked = new Map<ObjectId, boolean>();
  const isKnown = async (carrier: ObjectId): Promise<boolean> => {
    if (listed.has(carrier)) return false;
    const before = asked.get(carrier);
    if (before !== undefined) return before;
    const known = (await incoming.commits([carrier], kept, MOST_COMMITS)).length === 0;
    asked.set(carrier, known);
    return known;
  };
  await verifyStatesFrom(candidate, ground, { heads, isKnown });
}
