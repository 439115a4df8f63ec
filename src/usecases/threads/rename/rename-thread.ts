import type { Json } from '#domain/encoding/canonical-json.ts';
import type { StateId } from '#domain/id.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import type { ThreadRenameResult } from '#domain/results/thread-results.ts';
import { hasBudget } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { draftState } from '#usecases/capture/draft-state.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findStandings, type PlacedWorktree } from '#usecases/threads/drop/standings.ts';
import { requireFreeName } from '#usecases/threads/free-name.ts';
import { blindDrop, requireThread, type KnownThread } from '#usecases/threads/known-thread.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts, Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { renameAsks } from './rename-asks.ts';

export interface RenameOptions {
  readonly thread: string;
  readonly to: string;
}

type Renamed = Omit<ThreadRenameResult, 'operation'>;

/**
 * Gives a thread another name. States say which thread they are of, and stay as they are: the renamed thread begins with
 * one that changes nothing and follows the newest. Throws `NOT_FOUND`, `THREAD_EXISTS`, `THREAD_NAME_COLLISION`.
 */
export async function renameThread(workspace: Workspace, options: RenameOptions): Promise<Mutated<Renamed>> {
  const args: Json = { ...options };
  return mutate<Renamed>(workspace, {
    op: 'thread-rename',
    args,
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, options),
    blind: async (ground) => blindDrop(ground, options.thread),
  });
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  options: RenameOptions,
): Promise<Proposal<Renamed>> {
  const to = parseThreadName(options.to);
  const thread = await requireThread(workspace, options.thread);
  const { name, head, record } = thread;
  const { view } = ground.authority;
  const author = { view, actor: ground.caller.actor, chain: ground.caller.chain };
  const [ask, ...also] = await renameAsks(workspace, author, {
    from: name,
    to,
    head,
    startedBy: record?.by ?? null,
  });
  return {
    kind: 'ask',
    ask,
    also,
    ...(hasBudget(ground.caller.chain, 'lines') ? { spent: { lines: 0 } } : {}),
    plan: (drafts) => plan(workspace, { ground, drafts }, { thread, to }),
  };
}

async function plan(
  workspace: Workspace,
  on: { readonly ground: Ground; readonly drafts: Drafts },
  { thread: { name, record, head }, to }: { readonly thread: KnownThread; readonly to: string },
): Promise<Plan<Renamed>> {
  await requireFreeName(workspace, to, on.ground.caller.actor.principal);
  const drafted = head === null ? null : await draftRenamed(workspace, on, { head, to, record });
  const { here, linked } = await findStandings(workspace, name);
  const standing = [...here, ...linked];
  const stateAt = (state: StateId | null): StateId | null =>
    drafted !== null && state === head?.id ? drafted.id : state;
  const refs: readonly RefChange[] =
    drafted === null || head === null
      ? []
      : [
          { name: threadRef(to), old: null, new: drafted.carrier },
          { name: threadRef(name), old: head.carrier, new: null },
        ];
  return {
    states: drafted === null ? [] : [drafted.id],
    refs,
    effects: [
      ...(record === null ? [] : [recordEffect(to, { ...record, thread: to }), recordEffect(name, null)]),
      ...standing.map(({ gitDir, state }) => placed(gitDir, to, stateAt(state))),
    ],
    inverse: {
      refs: refs.map(({ name: ref, old, new: next }) => ({ name: ref, old: next, new: old })),
      effects: [
        ...(record === null ? [] : [recordEffect(to, null), recordEffect(name, record)]),
        ...standing.map(({ gitDir, state }) => placed(gitDir, name, state)),
      ],
    },
    paths: [],
    result: {
      thread: to,
      from: name,
      state: drafted?.id ?? null,
      head: head?.id ?? null,
      worktrees: standing.map(({ directory }: PlacedWorktree) => directory),
    },
  };
}

/** The state that a renamed thread begins with: the same files, by whoever renames. */
async function draftRenamed(
  workspace: Workspace,
  { ground, drafts }: { readonly ground: Ground; readonly drafts: Drafts },
  {
    head,
    to,
    record,
  }: {
    readonly head: NonNullable<KnownThread['head']>;
    readonly to: string;
    readonly record: KnownThread['record'];
  },
) {
  const { files, manifest } = await carrierTrees(workspace, head.carrier);
  return draftState(
    workspace,
    { ground, drafts },
    {
      thread: to,
      parents: [head.id],
      gitParents: [head.carrier],
      base: null,
      manifest,
      changes: [],
      tree: files,
      intent: `renamed from ${head.state.thread}`,
      task: record === null ? head.texts.task : record.task,
      author: ground.caller,
    },
  );
}

function recordEffect(thread: string, record: Extract<Effect, { kind: 'thread' }>['record']): Effect {
  return { kind: 'thread', thread, record };
}

function placed(gitDir: string, thread: string, state: StateId | null): Effect {
  return { kind: 'worktree', gitDir, thread, state };
}
