import { HeddleError } from '#domain/error.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import type { Workspace } from '#ports/workspace.ts';
import { replacedBy } from '#usecases/capture/amend/replaced-state.ts';
import { undoAmend } from '#usecases/capture/amend/undo-amend.ts';
import { isLiftable, undoRedaction } from '#usecases/removal/lift.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { requireOrigins } from './kept-origins.ts';
import { aboutOf, findNamed, readTargets, type Gone, type TargetFound } from './targets.ts';
import { stopsUndo, whyFinal } from './no-way-back.ts';
import {
  isMine,
  refused,
  verifyTarget,
  type Reversal,
  type Target,
  type Undone,
  type VerifiedTarget,
} from './reversal.ts';
import { undoDrop } from './undo-drop.ts';
import { undoKey } from './undo-key.ts';
import { undoNotes } from '#usecases/attribution/notes/undo-notes.ts';
import { undoImport } from '#usecases/attribution/undo-import.ts';
import { undoLand } from '#usecases/landing/logged/undo-land.ts';
import { undoPending } from '#usecases/landing/pending/undo-pending.ts';
import { undoRecord } from './records/undo-record.ts';
import { undoClaim } from '#usecases/threads/claim/undo-claim.ts';
import { undoRestore } from '#usecases/restore/undo-restore.ts';
import { undoRename } from '#usecases/threads/rename/undo-rename.ts';
import { undoSplit } from '#usecases/threads/split/undo-split.ts';
import { undoThread } from './undo-thread.ts';

/** Kinds that can be taken back; what is not here is refused by name. */
const REVERSALS: Partial<
  Record<OperationKind, (workspace: Workspace, ground: Ground, target: VerifiedTarget) => Promise<Reversal>>
> = {
  capture: (workspace, ground, target) =>
    (replacedBy(target.texts) === undefined ? undoThread : undoAmend)(workspace, ground, target),
  'thread-start': undoThread,
  'grant-add': undoRecord,
  'grant-remove': undoRecord,
  'key-add': undoKey,
  redact: undoRedaction,
  freeze: undoRecord,
  unfreeze: undoRecord,
  'policy-set': undoRecord,
  'thread-drop': undoDrop,
  'thread-rename': undoRename,
  'thread-split': undoSplit,
  restore: undoRestore,
  land: undoLand,
  'attribution-import': undoImport,
  'thread-claim': undoClaim,
  'thread-release': undoClaim,
  'attribution-export': undoNotes,
  'land-conflict': undoPending,
  continue: undoThread,
  abort: undoPending,
};

/** Tells whether operations of a kind can be taken back at all. */
export function isReversible(op: OperationKind): boolean {
  return REVERSALS[op] !== undefined;
}

/**
 * Takes back one operation: the named one, or the newest of this actor that can be. What was done again by `redo` is
 * taken back again. Throws `UNDO_NOTHING`, and `UNDO_REFUSED` where something was built on it or it cannot be reversed.
 */
export async function undo(workspace: Workspace, name: string | null): Promise<Mutated<Undone>> {
  return mutate<Undone>(workspace, {
    op: 'undo',
    args: { operation: name },
    asksPassphrase: await meansRedaction(workspace, name),
    propose: async (ground) => (await proposeUndo(workspace, ground, name)).proposal,
  });
}

/** What an undo would do, and to what. Throws as {@link undo} does, but for what only its plan finds. */
export async function proposeUndo(
  workspace: Workspace,
  ground: Ground,
  name: string | null,
): Promise<{ readonly target: VerifiedTarget; readonly proposal: Asking }> {
  const found = name === null ? await findNewest(workspace, ground) : await requireStanding(workspace, name);
  const reverse = REVERSALS[found.line.op];
  if (reverse === undefined) throw refused(found, whyFinal(found));
  const target = await verifyTarget(workspace, ground, found);
  const reversal = await reverse(workspace, ground, target);
  const proposal: Asking = {
    kind: 'ask',
    ask: reversal.ask,
    ...(reversal.op === undefined ? {} : { op: reversal.op }),
    plan: async (drafts) => {
      const plan = await reversal.plan(drafts);
      await requireOrigins(workspace, target, plan.refs);
      const result = { undone: target.id, op: target.line.op, states: plan.states };
      return { ...plan, paths: target.texts.paths, result };
    },
  };
  return { target, proposal };
}

type Asking = Extract<Proposal<Undone>, { readonly kind: 'ask' }>;

/** The caller's newest operation that can be taken back and was not. */
async function findNewest(workspace: Workspace, ground: Ground): Promise<Target> {
  // What the caller did again, and is still to come.
  let again: string | undefined;
  for await (const { target, gone } of readTargets(workspace)) {
    if (again === undefined ? !isMine(ground, target.line) : target.id !== again) continue;
    if (target.line.op === 'redo' && gone === undefined) again = aboutOf(target);
    if (isReversible(target.line.op) && (await stands(workspace, target, gone))) return target;
    const why = stopsUndo(target);
    if (why !== undefined) throw refused(target, why);
  }
  if (ground.caller.sources.principal === 'none') await requirePrincipal(workspace);
  throw new HeddleError('UNDO_NOTHING', 'there is nothing of yours to undo', {
    preserved: 'nothing was changed',
  });
}

/** Of a redaction the tombstones tell: a line that somebody wrote must not keep an owner from lifting it. */
async function stands(workspace: Workspace, target: Target, gone: Gone | undefined): Promise<boolean> {
  if (gone === undefined) return true;
  return target.line.op === 'redact' && (await isLiftable(workspace, target));
}

async function requireStanding(workspace: Workspace, name: string): Promise<Target> {
  const found = await findMeant(workspace, name);
  if (await stands(workspace, found.target, found.gone)) return found.target;
  throw refused(found.target, found.gone?.why ?? 'it was undone already', found.gone?.by);
}

/** Who names a redo means what it did again. */
async function findMeant(workspace: Workspace, name: string): Promise<TargetFound> {
  const found = await findNamed(workspace, name);
  const about = found.target.line.op === 'redo' ? aboutOf(found.target) : undefined;
  return about === undefined || found.gone !== undefined ? found : findNamed(workspace, about);
}

/** Only a lift needs unlocked keys, and nobody waits for the lock until a passphrase was typed. */
async function meansRedaction(workspace: Workspace, name: string | null): Promise<boolean> {
  for await (const { target, gone } of readTargets(workspace)) {
    if (!isReversible(target.line.op) || !(await stands(workspace, target, gone))) continue;
    if (name === null) return target.line.op === 'redact';
    if (target.id.includes(name)) return target.line.op === 'redact';
  }
  return false;
}
