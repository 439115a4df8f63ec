import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { appliedBy, effectsOf } from '#usecases/receive/publish-received.ts';
import { findTodo, type Todo } from '#usecases/receive/carry-out.ts';
import { rebuildCarriers } from '#usecases/receive/rebuild-carriers.ts';
import { joinTombstones } from '#usecases/receive/join-tombstones.ts';
import { judgeReceived } from '#usecases/receive/judge-received.ts';
import { countedActs } from '#usecases/tombstones/counted-acts.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { examineSetAt } from '#usecases/tombstones/set/examine-tombstones.ts';

/** What follows from the tombstones of both clones. */
export interface TakenTombstones {
  readonly set: TombstoneSet;
  /** Where the set and every carrier that was rebuilt is to stand: of this clone, and of what was fetched. */
  readonly refs: ReadonlyMap<string, ObjectId>;
  readonly todo: Todo;
  readonly effects: readonly Effect[];
  readonly added: readonly TombstoneId[];
  readonly applied: readonly TombstoneId[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** Whether logs that are not here may tell that a tombstone is late. */
  readonly isOpen: boolean;
}

/**
 * Joins the tombstones of a remote into this clone's, and finds what the joined set asks of everything that is here or
 * was fetched: what it hides is taken out of the carriers that arrived, before they are looked at any further.
 *
 * @param sides.laid the repository with what was fetched.
 */
export async function takeTombstones(
  { here, laid }: { readonly here: Workspace; readonly laid: Workspace },
  view: AuthorityView,
  theirs: ObjectId | null,
): Promise<TakenTombstones> {
  const { refused, ...judged } = await judgeReceived(laid, await examineSetAt(laid, view, theirs));
  const mine = await loadTombstones(laid, view);
  const batch = laid.writer.batch();
  const counts = countedActs(view);
  const joined = joinTombstones(mine, judged, { batch, counts });
  const todo = await findTodo(laid, { before: mine, after: joined.set, here });
  const carriers = await rebuildCarriers(laid, batch, todo, joined.set);
  await batch.write();
  const effects = effectsOf(todo);
  const moves = [...carriers, ...(joined.ref === null ? [] : [joined.ref])];
  return {
    set: joined.set,
    refs: new Map(moves.flatMap(({ name, new: next }) => (next === null ? [] : [[name, next] as const]))),
    todo,
    effects,
    added: [...judged.records.keys()].filter((id) => !mine.records.has(id)).toSorted(),
    applied: appliedBy(effects),
    findings: refused.map(({ subject, why }) => ({ kind: 'tombstone', subject, message: why })),
    notes: todo.notes,
    isOpen: mine.isOpen || judged.isOpen,
  };
}
