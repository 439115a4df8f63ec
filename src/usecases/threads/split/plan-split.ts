import type { StateId } from '#domain/id.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { draftState, type StateDraft } from '#usecases/capture/draft-state.ts';
import { draftSnapshot } from '#usecases/restore/snapshot.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { requireFreeName } from '#usecases/threads/free-name.ts';
import type { Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { namesOf } from './split-asks.ts';
import { findLosing } from './split-places.ts';
import { resultOf, type Found, type Split } from './found-split.ts';

interface On {
  readonly ground: Ground;
  readonly drafts: Drafts;
}

/** A state that another one is compared with, in the batch or there already. */
interface Beginning {
  readonly id: StateId;
  readonly carrier: ObjectId;
  readonly manifest: ObjectId;
  /** True where it was made for this. */
  readonly made: boolean;
}

/**
 * Both states have two parents: the new thread's what it begins from and the original, the other way round the one that
 * the original thread goes on with. So what either changed is told by the first, and whose lines these are by both.
 */
export async function planSplit(workspace: Workspace, on: On, found: Found): Promise<Plan<Split>> {
  const { part, into, name, keep } = found;
  await requireFreeName(workspace, into, on.ground.caller.actor.principal);
  const root = await beginning(workspace, on, found);
  const made = await draft(workspace, on, found, {
    thread: into,
    parents: [root.id, part.head.id],
    gitParents: [root.carrier, part.head.carrier],
    manifest: root.manifest,
    changes: part.taken,
    tree: part.withPart,
    intent: `split from ${name}`,
  });
  const left = keep ? null : await draftLeft(workspace, on, found, root);
  const places = left === null ? NOWHERE : await losePlaces(workspace, on, found, left.id);
  const refs: readonly RefChange[] = [
    { name: threadRef(into), old: null, new: made.carrier },
    ...(left === null ? [] : [{ name: threadRef(name), old: part.head.carrier, new: left.carrier }]),
  ];
  const opened = await openNew(workspace, on, found, { state: made.id, from: root });
  return {
    states: [made.id, ...(left === null ? [] : [left.id]), ...(root.made ? [root.id] : [])],
    refs: [...refs, ...places.refs],
    effects: [...opened.effects, ...places.effects],
    inverse: {
      refs: refs.map(({ name: ref, old, new: next }) => ({ name: ref, old: next, new: old })),
      effects: [...opened.inverse, ...places.inverse],
    },
    paths: namesOf(keep ? part.taken : [...part.taken, ...part.lost]),
    result: resultOf(found, { state: made.id, left: left?.id ?? null }),
  };
}

type Told = Omit<StateDraft, 'base' | 'task' | 'author'> & { readonly base?: ObjectId | null };

function draft(workspace: Workspace, on: On, { task }: Found, told: Told) {
  return draftState(workspace, on, { base: null, ...told, task, author: on.ground.caller });
}

/** Where both threads have their files from: a state that is there, or one of the Git commit as it is. */
async function beginning(workspace: Workspace, on: On, found: Found): Promise<Beginning> {
  const { root } = found.part;
  if (root.state !== null) {
    const { id, carrier } = root.state;
    return { id, carrier, manifest: (await carrierTrees(workspace, carrier)).manifest, made: false };
  }
  // Written at once, and nothing shows it: the other states' manifests are made from this one's.
  const batch = workspace.writer.batch();
  const files = root.files ?? batch.addTree([]);
  const first = await draft(workspace, { ...on, drafts: { ...on.drafts, batch } }, found, {
    thread: found.into,
    parents: [],
    gitParents: root.base === null ? [] : [root.base],
    base: root.base,
    manifest: null,
    changes: root.files === null ? [] : await workspace.comparer.compare(null, root.files),
    tree: files,
    intent: `where ${found.name} began`,
  });
  await batch.write();
  return { id: first.id, carrier: first.carrier, manifest: first.manifest, made: true };
}

async function draftLeft(workspace: Workspace, on: On, found: Found, root: Beginning) {
  const { head, lost, withoutPart } = found.part;
  const { manifest } = await carrierTrees(workspace, head.carrier);
  return draft(workspace, on, found, {
    thread: found.name,
    parents: [head.id, root.id],
    gitParents: [head.carrier, root.carrier],
    manifest,
    changes: lost,
    tree: withoutPart,
    intent: `split into ${found.into}`,
  });
}

interface Places {
  readonly refs: readonly RefChange[];
  readonly effects: readonly Effect[];
  readonly inverse: readonly Effect[];
}

const NOWHERE: Places = { refs: [], effects: [], inverse: [] };

/** Worktrees of the thread lose the part too; a snapshot keeps it for an undo. */
async function losePlaces(
  workspace: Workspace,
  { ground, drafts }: On,
  { name, paths, part: { head, headFiles, lost } }: Found,
  left: StateId,
): Promise<Places> {
  const losing = { thread: name, head: head.id, headFiles, paths, lost };
  const places = await findLosing(workspace, losing);
  if (places.length === 0) return NOWHERE;
  const ref = await draftSnapshot(workspace, drafts.batch, { changes: lost, at: ground.now });
  const effects: Effect[] = [];
  const inverse: Effect[] = [];
  for (const { gitDir } of places) {
    const restore = { kind: 'restore', gitDir, snapshot: ref.new } as const;
    effects.push({ kind: 'worktree', gitDir, thread: name, state: left }, { ...restore, to: 'after' });
    inverse.push({ kind: 'worktree', gitDir, thread: name, state: head.id }, { ...restore, to: 'before' });
  }
  return { refs: [ref], effects, inverse };
}

async function openNew(
  workspace: Workspace,
  { ground }: On,
  { into, task, directory, part: { root } }: Found,
  { state, from }: { readonly state: StateId; readonly from: Beginning },
): Promise<Omit<Places, 'refs'>> {
  const record: ThreadRecord = {
    thread: into,
    task,
    base: root.base,
    from: from.made ? null : from.id,
    by: ground.caller.actor.principal,
    startedAt: ground.now,
  };
  const effects: Effect[] = [{ kind: 'thread', thread: into, record }];
  const inverse: Effect[] = [{ kind: 'thread', thread: into, record: null }];
  if (directory !== null) {
    const free = await workspace.worktrees.requireFree(directory);
    const commit = root.base;
    effects.push({ kind: 'checkout', directory: free, commit, tree: null, thread: into, state });
    inverse.push({ kind: 'leave', directory: free });
  }
  return { effects, inverse };
}
