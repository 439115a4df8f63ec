import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, DROPPED_REFS, THREAD_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { findTodo, keepHidden, rebuildCarriers } from '#usecases/receive/carry-out.ts';
import { appliedBy, effectsOf } from '#usecases/receive/receive-tombstones.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { candidateOf } from './candidate.ts';

/** What the server did about tombstones, after a push was accepted. */
export interface AppliedAfterPush {
  /** Null where there was nothing to do. */
  readonly operation: OperationId | null;
  readonly applied: readonly TombstoneId[];
  readonly notes: readonly string[];
}

/**
 * Does on the server what its tombstones say, once git has accepted a push: what stands in carriers of threads that the
 * pusher did not know is hidden, and refused from now on; what an owner ordered to be destroyed is destroyed, with a
 * receipt of the server's own replica. Killed anywhere, the next push goes on.
 */
export async function applyAfterPush(
  server: Workspace,
  updates: readonly RefChange[],
): Promise<AppliedAfterPush> {
  const none = { operation: null, applied: [], notes: [] };
  if ((await server.refs.read(TOMBSTONES_REF)) === undefined || !updates.some(concerns)) return none;
  return server.lock.run(async () => {
    const notes = await recover(server);
    const { view, headCommit } = await loadAuthority(server);
    const before = await loadTombstones(candidateOf(server, updates.map(back)), view);
    const after = await loadTombstones(server, view);
    const todo = await findTodo(server, { before, after });
    const effects = effectsOf(todo);
    const batch = server.writer.batch();
    const refs = await rebuildCarriers(server, batch, todo, after);
    const told = [...notes, ...todo.notes];
    if (refs.length === 0 && effects.length === 0) return { ...none, notes: told };
    await keepHidden(server, todo);
    const added = [...after.records.keys()].filter((id) => !before.records.has(id)).toSorted();
    const { id } = await publish(server, await publisherNow(server, view.genesis, nobody(server, null)), {
      op: 'receive',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [],
      texts: {
        resource: view.repository,
        paths: [],
        args: { operationId: null, verb: { remote: 'push' } },
        refs,
        effects,
        inverse: null,
        result: { remote: 'push', added },
      },
      verify: [{ name: AUTHORITY_REF, old: headCommit, new: headCommit }],
      batch,
    });
    return { operation: id, applied: appliedBy(effects), notes: told };
  });
}

function concerns({ name }: RefChange): boolean {
  return name === TOMBSTONES_REF || name.startsWith(THREAD_REFS) || name.startsWith(DROPPED_REFS);
}

function back({ name, old, new: next }: RefChange): RefChange {
  return { name, old: next, new: old };
}
