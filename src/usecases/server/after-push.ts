import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { DROPPED_REFS, REMOTE_REFS, THREAD_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { findTodo, keepHidden } from '#usecases/receive/carry-out.ts';
import { appliedBy, effectsOf, publishReceived } from '#usecases/receive/publish-received.ts';
import { rebuildCarriers } from '#usecases/receive/rebuild-carriers.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { candidateOf } from './candidate.ts';
import { concernsTombstones, forgetMoves, notedMoves } from './push-notes.ts';

/** What the server did about tombstones, after a push was accepted. */
export interface AppliedAfterPush {
  /** Null where there was nothing to do. */
  readonly operation: OperationId | null;
  readonly applied: readonly TombstoneId[];
  readonly notes: readonly string[];
}

/**
 * Does on the server what its tombstones say, once git has accepted a push: what stands in carriers of threads that the
 * pusher did not know is hidden, and refused from now on; what an owner ordered to be destroyed is destroyed. The
 * receipt is signed by the server's own replica, and waits until a principal has endorsed that. Killed anywhere, the next push goes on.
 */
export async function applyAfterPush(
  server: Workspace,
  own: readonly RefChange[],
): Promise<AppliedAfterPush> {
  // Of one ref the oldest stands last, and counts.
  const done = await carryOut(server, [...own, ...(await notedMoves(server))]);
  await forgetMoves(server);
  return done;
}

async function carryOut(server: Workspace, updates: readonly RefChange[]): Promise<AppliedAfterPush> {
  const none = { operation: null, applied: [], notes: [] };
  if ((await server.refs.read(TOMBSTONES_REF)) === undefined || !updates.some(concernsTombstones))
    return none;
  return server.lock.run(async () => {
    const held = await heldHere(server);
    // What waits in the quarantine is settled by it, a purge whose order has just come among that.
    await recover(server);
    const now = new Set(await heldHere(server));
    const destroyed = held.filter((id) => !now.has(id));
    const authority = await loadAuthority(server);
    const { view } = authority;
    const { replica } = await server.replica();
    const isKnown = view.replicas.some((known) => known.replica === replica);
    const waits = destroyed.length > 0 && !isKnown ? [NOT_ENDORSED] : [];
    // By what was known then: a revocation that the push brought has tombstones come too late.
    const past = candidateOf(server, updates.map(back));
    const before = await loadTombstones(past, (await tryLoadAuthority(past))?.view ?? view);
    const after = await loadTombstones(server, view);
    // What the push took away is not gone: its objects are, and would be, here.
    const looked = candidateOf(server, updates.flatMap(stillHeld));
    const todo = await findTodo(looked, { before, after });
    const effects = effectsOf(todo);
    const batch = server.writer.batch();
    const refs = await rebuildCarriers(server, batch, todo, after);
    const told = [...waits, ...todo.notes];
    if (refs.length === 0 && effects.length === 0) return { ...none, applied: destroyed, notes: told };
    await keepHidden(server, todo);
    const added = [...after.records.keys()].filter((id) => !before.records.has(id)).toSorted();
    const by = { caller: nobody(server, null), operationId: null };
    const operation = await publishReceived(server, authority, {
      by,
      remote: 'push',
      added,
      refs,
      effects,
      batch,
    });
    const applied = [...new Set([...destroyed, ...appliedBy(effects)])].toSorted();
    return { operation, applied, notes: told };
  });
}

const NOT_ENDORSED =
  'what the server destroyed has no receipt yet: whoever keeps it runs `heddle hook install --server` there once more, with a credential';

/** Tombstones whose content this server keeps, and can still read. */
async function heldHere({ quarantine }: Workspace): Promise<readonly TombstoneId[]> {
  const held: TombstoneId[] = [];
  for (const id of await quarantine.list()) if ((await quarantine.state(id)) === 'held') held.push(id);
  return held;
}

/** Where a thread stood before, as a thread that was fetched. */
function stillHeld({ name, old }: RefChange, at: number): readonly RefChange[] {
  const isThread = name.startsWith(THREAD_REFS) || name.startsWith(DROPPED_REFS);
  if (!isThread || old === null) return [];
  return [{ name: `${REMOTE_REFS}before/threads/${at}`, old: null, new: old }];
}

function back({ name, old, new: next }: RefChange): RefChange {
  return { name, old: next, new: old };
}
