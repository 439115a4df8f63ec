import type { RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, DROPPED_REFS, threadRef } from '#domain/refs.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { refused, type Done, type Reversal, type Redoing } from '#usecases/undo/reversal.ts';
import { threadOf } from '#usecases/undo/undo-thread.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from '#usecases/undo/blocker.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';

/**
 * Brings a state that was taken back onto its thread again, where the thread stands exactly where the undo left it.
 * What a removal rebuilt since is not gone behind: the old carrier would bring back what it hid. Asks at the thread, and
 * at every path that the state changed.
 */
export async function redoCapture(workspace: Workspace, ground: Ground, redoing: Redoing): Promise<Reversal> {
  const { undo, target, own } = redoing;
  const thread = threadOf(target);
  const { move, kept } = movesOf(undo);
  if (thread === null || move?.name !== threadRef(thread) || move.old === null) {
    throw refused(undo, 'it took no state back');
  }
  const made = await readMade(workspace, redoing, move.old);
  const changes = await stateChanges(workspace, made);
  const { repository } = ground.authority.view;
  return {
    ask: {
      operation: 'undo',
      own,
      resources: [
        threadResource(repository, thread),
        ...changes.map(({ path }) => pathResource(repository, thread, path)),
      ],
    },
    plan: async () => {
      await requireUnmoved(workspace, undo, { thread, move });
      await requireParents(workspace, undo, made);
      await refuseShunned(workspace, changes);
      await requireKept(workspace, undo, { kept, carrier: move.new });
      return {
        states: [made.id],
        refs: [move, ...kept].map(({ name, old, new: next }) => ({ name, old: next, new: old })),
        effects: await standAgain(workspace, undo, { thread, state: made.id }),
        inverse: null,
      };
    },
  };
}

/** What a state changed of its parent, or of what its thread began from. */
export async function stateChanges(
  workspace: Workspace,
  carried: CarriedState,
): Promise<readonly TreeChange[]> {
  const { files } = await carrierTrees(workspace, carried.carrier);
  return workspace.comparer.compare(await filesBefore(workspace, carried), files);
}

/** What an undo moved beside the authority chain: a thread's ref, and of an amended state the one that kept it. */
function movesOf({ texts }: Pick<Done, 'texts'>): {
  readonly move: RefChange | undefined;
  readonly kept: readonly RefChange[];
} {
  const [move, ...kept] = texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
  const isOne = kept.length <= 1 && kept.every(({ name }) => name.startsWith(DROPPED_REFS));
  return isOne ? { move, kept } : { move: undefined, kept: [] };
}

/** What the state is put in the place of is kept again: that which the thread stands at. */
async function requireKept(
  workspace: Workspace,
  undo: Done,
  { kept: [ref], carrier }: { readonly kept: readonly RefChange[]; readonly carrier: string | null },
): Promise<void> {
  if (ref === undefined) return;
  const id = await stateAt(workspace, carrier);
  if (id === undefined || ref.name !== DROPPED_REFS + id || ref.old !== carrier || ref.new !== null) {
    throw refused(undo, 'what it went back to is another state');
  }
}

/** The state that the capture made, still carried by the commit that the undo left behind. */
async function readMade(
  workspace: Workspace,
  { undo, target }: Redoing,
  carrier: string,
): Promise<CarriedState> {
  if ((await findCommit(workspace, carrier)) === undefined) {
    throw refused(undo, 'git has collected the state that it took back');
  }
  const made = await readState(workspace, carrier);
  const { thread, holder } = made.state;
  if (target.line.states.includes(made.id) && thread === threadOf(target) && holder === target.line.holder) {
    return made;
  }
  throw refused(undo, 'the state that it took back was made by another operation');
}

async function requireUnmoved(
  workspace: Workspace,
  undo: Done,
  { thread, move }: { readonly thread: string; readonly move: RefChange },
): Promise<void> {
  const by = await findBlocker(workspace, undo.id, thread);
  if (by !== undefined) throw refused(undo, `${thread} has moved on since`, by);
  const head = (await workspace.refs.read(move.name)) ?? null;
  if (head === move.new) return;
  const [now, then] = [await stateAt(workspace, head), await stateAt(workspace, move.new)];
  throw now !== undefined && now === then
    ? refused(undo, 'a removal changed what it would be built on: capture it anew')
    : refused(undo, `${thread} has moved on since`);
}

async function stateAt(workspace: Workspace, carrier: string | null): Promise<string | undefined> {
  if (carrier === null || (await findCommit(workspace, carrier)) === undefined) return undefined;
  return (await readState(workspace, carrier)).id;
}

/** Every state that it was built on is there, carried as it was. */
async function requireParents(workspace: Workspace, undo: Done, made: CarriedState): Promise<void> {
  const carriers = parentCarriers(made);
  for (const [index, parent] of made.state.parents.entries()) {
    const found = await findState(workspace, parent);
    if (found?.carrier !== carriers[index]) {
      throw refused(undo, 'what it was built on was taken back or changed by a removal: capture it anew');
    }
  }
}
