import { droppedRef } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { leftOutOf } from '#usecases/states/brought/left-out.ts';
import { filesBefore } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refusedAsBrought, requireReplaceable } from './amend/replaced-state.ts';
import type { StateDraft } from './draft-state.ts';
import type { Scan } from './scan-worktree.ts';

/** What a capture goes on from: the newest state, or what the state that it replaces went on from. */
export interface Beginning {
  readonly scan: Scan;
  readonly thread: string;
  /** Null for a plain capture. */
  readonly replaced: CarriedState | null;
  /** True where there is nothing to capture. */
  readonly isSame: boolean;
  /** States that the new one continues. */
  readonly continues: readonly CarriedState[];
  /** Files that its lines are counted from. */
  readonly from: ObjectId | null;
  /** What the new state changes, and what of a replaced one it takes back. */
  readonly touched: readonly TreeChange[];
  /** Everything that has to be allowed: what is touched, and what of a commit that is brought in is left out. */
  readonly asked: readonly TreeChange[];
  /** Refs that keep what is replaced. */
  readonly keeps: readonly RefChange[];
  readonly draft: StateDraft;
}

/** Finds what a capture goes on from. Throws `AMEND_REFUSED`. */
export async function beginCapture(
  workspace: Workspace,
  ground: Ground,
  { scan, intent, amend }: { readonly scan: Scan; readonly intent: string | null; readonly amend: boolean },
): Promise<Beginning> {
  if (!amend) return beginAfter(workspace, ground, { scan, intent });
  const replaced = await requireReplaceable(workspace, ground, scan.standing);
  if (scan.base !== null) throw refusedAsBrought(replaced, scan.base);
  return beginInPlace(workspace, ground, { scan, intent, replaced });
}

async function beginAfter(
  workspace: Workspace,
  { caller }: Ground,
  { scan, intent }: { readonly scan: Scan; readonly intent: string | null },
): Promise<Beginning> {
  const { thread, parent } = scan.standing;
  // Beside a base, what was touched is not all that there is.
  const fromNothing = scan.parentTrees === null && scan.base !== null;
  const record = await readThreadRecord(workspace, thread);
  const touched = joined(scan.touched, scan.along ?? []);
  return {
    scan,
    thread,
    replaced: null,
    isSame: parent !== null && isUntouched(scan),
    continues: parent === null ? [] : [parent],
    from: scan.from,
    touched,
    asked: joined(touched, scan.leftOut ?? []),
    keeps: [],
    draft: {
      thread,
      parents: parent === null ? [] : [parent.id],
      gitParents: gitParentsOf(scan),
      base: scan.base,
      manifest: scan.parentTrees?.manifest ?? null,
      changes: fromNothing ? await workspace.comparer.compare(null, scan.tree) : scan.touched,
      tree: scan.tree,
      intent,
      task: record?.task ?? null,
      author: caller,
    },
  };
}

/** What brings a commit in says so, whatever it has of it. */
function isUntouched({ touched, base }: Scan): boolean {
  return touched.length === 0 && base === null;
}

/** The parent's carrier, and behind it the commit that it begins from or brings in. */
function gitParentsOf({ standing: { parent }, base }: Scan): readonly ObjectId[] {
  return [parent?.carrier ?? null, base].filter((id) => id !== null);
}

async function beginInPlace(
  workspace: Workspace,
  { caller }: Ground,
  {
    scan,
    intent,
    replaced,
  }: { readonly scan: Scan; readonly intent: string | null; readonly replaced: CarriedState },
): Promise<Beginning> {
  const { id, state, texts, carrier, gitParents } = replaced;
  const from = await filesBefore(workspace, replaced);
  const touched = joined(await workspace.comparer.compare(from, scan.tree), scan.touched);
  const left = await leftOutOf(workspace, { carried: replaced, from, tree: scan.tree });
  const author = withConfidence(caller, replaced);
  const said = intent ?? texts.intent;
  return {
    scan,
    thread: state.thread,
    replaced,
    isSame:
      scan.touched.length === 0 &&
      said === texts.intent &&
      author.actor.confidence === state.actor.confidence,
    continues: await Promise.all(parentCarriers(replaced).map((parent) => readState(workspace, parent))),
    from,
    touched,
    asked: joined(touched, left.changes),
    keeps: [{ name: droppedRef(id), old: null, new: carrier }],
    draft: {
      thread: state.thread,
      parents: state.parents,
      gitParents,
      base: texts.base,
      manifest: scan.parentTrees?.manifest ?? null,
      changes: scan.touched,
      tree: scan.tree,
      intent: said,
      task: texts.task,
      author,
    },
  };
}

/** Of whoever says nothing of how sure they are, what they said before. */
function withConfidence(caller: Caller, { state }: CarriedState): StateDraft['author'] {
  const { actor, sources } = caller;
  if (actor.confidence !== null) return { actor, sources };
  return {
    actor: { ...actor, confidence: state.actor.confidence },
    sources: { ...sources, confidence: state.sources.confidence },
  };
}

/** Each path once. */
function joined(changes: readonly TreeChange[], more: readonly TreeChange[]): readonly TreeChange[] {
  const paths = new Set(changes.map(({ path }) => rawKey(path)));
  return [...changes, ...more.filter(({ path }) => !paths.has(rawKey(path)))];
}
