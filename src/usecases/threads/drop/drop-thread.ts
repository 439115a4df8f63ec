import type { Json } from '#domain/encoding/canonical-json.ts';
import type { StateId } from '#domain/id.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { ThreadDropResult } from '#domain/results/thread-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { decide, mutate, readGround, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import {
  askToDrop,
  blindDrop,
  findThread,
  requireThread,
  type KnownThread,
} from '#usecases/threads/known-thread.ts';
import { findStandings, refuseUncaptured, saveUncaptured, type Standings } from './standings.ts';

export interface DropOptions {
  readonly thread: string;
  /** Captures what was not captured before, where a worktree goes. */
  readonly force: boolean;
}

type Dropped = Omit<ThreadDropResult, 'operation'>;

/**
 * Takes a thread out of the list, with its worktree; its states are kept for an undo. Throws `NOT_FOUND`, and
 * `WORKTREE_DIRTY` where the worktree holds what was not captured and nobody said that it should be.
 */
export async function dropThread(workspace: Workspace, options: DropOptions): Promise<Mutated<Dropped>> {
  const args: Json = { ...options };
  const saved = options.force ? await saveFirst(workspace, options) : [];
  return mutate<Dropped>(workspace, {
    op: 'thread-drop',
    args,
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, { ...options, saved }),
    blind: async (ground) => blindDrop(ground, options.thread),
  });
}

/** Only for whoever may drop the thread: a refusal changes nothing. */
async function saveFirst(workspace: Workspace, options: DropOptions): Promise<readonly StateId[]> {
  const ground = await readGround(workspace);
  const thread = await findThread(workspace, options.thread);
  if (thread === undefined) return [];
  const decision = await decide(workspace, ground, await askToDrop(workspace, ground, thread));
  if (decision.kind === 'deny') return [];
  return saveUncaptured(workspace, await findStandings(workspace, thread.name));
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  options: DropOptions & { readonly saved: readonly StateId[] },
): Promise<Proposal<Dropped>> {
  const thread = await requireThread(workspace, options.thread);
  return {
    kind: 'ask',
    ask: await askToDrop(workspace, ground, thread),
    plan: () => planDrop(workspace, thread, options.saved),
  };
}

/**
 * What dropping a thread does, and how it is taken back. Throws `WORKTREE_DIRTY`.
 *
 * @param captured states that were made before, of what its worktrees held.
 */
export async function planDrop(
  workspace: Workspace,
  thread: KnownThread,
  captured: readonly StateId[],
): Promise<Plan<Dropped>> {
  const { name, record, head } = thread;
  const standings = await findStandings(workspace, name);
  await refuseUncaptured(workspace, standings);
  const places = await placeEffects(workspace, thread, standings);
  const kept = head === null ? null : { id: head.id, carrier: head.carrier };
  const refs: readonly RefChange[] =
    kept === null
      ? []
      : [
          { name: threadRef(name), old: kept.carrier, new: null },
          { name: droppedRef(kept.id), old: null, new: kept.carrier },
        ];
  return {
    states: kept === null ? [] : [kept.id],
    refs,
    effects: [...places.effects, { kind: 'thread', thread: name, record: null }],
    inverse: {
      refs: refs.map((ref) => ({ name: ref.name, old: ref.new, new: ref.old })),
      effects: [
        ...(record === null ? [] : [{ kind: 'thread', thread: name, record } as const]),
        ...places.inverse,
      ],
    },
    paths: [],
    result: {
      thread: name,
      head: kept?.id ?? null,
      captured,
      removed: standings.linked.map(({ directory }) => directory),
      left: standings.here.map(({ directory }) => directory),
    },
  };
}

/** What becomes of the worktrees: where somebody stands stays, with its files, and is on no thread any more. */
async function placeEffects(
  workspace: Workspace,
  { name, record }: KnownThread,
  { here, linked }: Standings,
): Promise<{ readonly effects: readonly Effect[]; readonly inverse: readonly Effect[] }> {
  const base = record?.base ?? null;
  const effects: Effect[] = [];
  const inverse: Effect[] = [];
  for (const { gitDir, state } of here) {
    effects.push({ kind: 'worktree', gitDir, thread: null, state: null });
    inverse.push({ kind: 'worktree', gitDir, thread: name, state });
  }
  for (const { directory, state } of linked) {
    const tree = state === null ? await baseFiles(workspace, base) : null;
    effects.push({ kind: 'discard', directory, thread: name, state, tree });
    inverse.push({ kind: 'checkout', directory, commit: base, tree, thread: name, state });
  }
  return { effects, inverse };
}
