import type { UndoPreviewResult } from '#domain/results/undo-results.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, THREAD_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { readPatch, type PatchSide } from '#usecases/content/read-patch.ts';
import type { VerifiedTarget } from './reversal.ts';
import { proposeUndo } from './undo.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { decide, readGround } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { describeTarget } from './list-undo.ts';
import { proposeRedo } from './redo/redo.ts';

interface Proposed {
  readonly target: VerifiedTarget;
  readonly proposal: {
    readonly ask: Ask;
    readonly also?: readonly Ask[];
    readonly plan: (drafts: Drafts) => Promise<Plan<object>>;
  };
}

/**
 * What `undo` or `redo` would do: planned and not published. Changes and records nothing, asks for no passphrase. Throws
 * as they do, but for a denial, which it tells.
 */
export async function previewUndo(
  workspace: Workspace,
  does: UndoPreviewResult['does'],
  name: string | null,
): Promise<UndoPreviewResult> {
  const silent = { ...workspace, passphrase: async () => undefined };
  const ground = await readGround(silent);
  const proposed: Proposed = await (does === 'undo' ? proposeUndo : proposeRedo)(silent, ground, name);
  const { target, proposal } = proposed;
  const { ask, denied } = await firstRefused(silent, ground, proposal);
  const { operation, resources } = ask;
  return {
    does,
    target: describeTarget(target),
    own: proposal.ask.own ?? false,
    needs: { operation, resources },
    denied,
    plan: denied === null ? await planned(silent, ground, proposal.plan) : null,
  };
}

/** What would be denied, or else what is asked for first. */
async function firstRefused(
  workspace: Workspace,
  ground: Ground,
  { ask, also = [] }: Proposed['proposal'],
): Promise<{ readonly ask: Ask; readonly denied: UndoPreviewResult['denied'] }> {
  for (const each of [ask, ...also]) {
    const decision = await decide(workspace, ground, each);
    // A locked key is asked for when it comes to it.
    if (decision.kind === 'allow' || decision.denial.code === 'UNLOCK_NEEDED') continue;
    return { ask: each, denied: decision.denial.code };
  }
  return { ask, denied: null };
}

async function planned(
  workspace: Workspace,
  ground: Ground,
  plan: Proposed['proposal']['plan'],
): Promise<UndoPreviewResult['plan']> {
  // Neither is written: what a batch holds is dropped with it.
  const batch = workspace.writer.batch();
  const authority = new AuthorityDraft(workspace, ground, batch);
  const { refs } = await plan({ batch, authority, consents: [] });
  const threads = [];
  for (const move of refs) {
    if (!move.name.startsWith(THREAD_REFS)) continue;
    threads.push(await describeMove(workspace, ground, move));
  }
  return { threads, record: authority.refChange()?.name === AUTHORITY_REF };
}

type Moved = NonNullable<UndoPreviewResult['plan']>['threads'][number];

async function describeMove(workspace: Workspace, { authority }: Ground, move: RefChange): Promise<Moved> {
  const [from, to] = [await readAt(workspace, move.old), await readAt(workspace, move.new)];
  const [before, after] = [await sideOf(workspace, from, to), await sideOf(workspace, to, from)];
  const tombstones = await readTombstones(workspace, authority.view);
  const { changed } = await readPatch(workspace, tombstones, { from: before, to: after, stat: true });
  return {
    thread: move.name.slice(THREAD_REFS.length),
    from: from?.id ?? null,
    to: to?.id ?? null,
    changed,
  };
}

async function readAt(workspace: Workspace, carrier: string | null): Promise<CarriedState | undefined> {
  return carrier === null ? undefined : readState(workspace, carrier);
}

/** Where a thread has no state, it is what its first one changed. */
async function sideOf(
  workspace: Workspace,
  carried: CarriedState | undefined,
  other: CarriedState | undefined,
): Promise<PatchSide> {
  if (carried !== undefined) return carrierTrees(workspace, carried.carrier);
  return { files: other === undefined ? null : await filesBefore(workspace, other), manifest: null };
}
