import { HeddleError } from '#domain/error.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import { THREAD_REFS } from '#domain/refs.ts';
import type { RedoResult } from '#domain/results/undo-results.ts';
import { requirePrincipal } from '#usecases/caller/identify.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  isMine,
  refused,
  verifyTarget,
  type Done,
  type Redoing,
  type Reversal,
  type Target,
  type VerifiedTarget,
} from '#usecases/undo/reversal.ts';
import { reverseRecord } from '#usecases/undo/records/undo-record.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { redoCapture } from './redo-capture.ts';
import { redoDrop } from './redo-drop.ts';
import { redoLand } from './redo-land.ts';
import { redoRestore } from './redo-restore.ts';
import { redoStart } from './redo-start.ts';
import { aboutOf, findNamed, readTargets } from '#usecases/undo/targets.ts';

export type Redone = Omit<RedoResult, 'operation'>;

const redoRecord = (workspace: Workspace, ground: Ground, { undo }: Redoing): Promise<Reversal> =>
  reverseRecord(workspace, ground, { told: undo, did: undo });

/** How each kind is done again. */
const WAYS: Partial<
  Record<OperationKind, (workspace: Workspace, ground: Ground, redoing: Redoing) => Promise<Reversal>>
> = {
  capture: redoCapture,
  'thread-start': redoStart,
  'grant-add': redoRecord,
  'grant-remove': redoRecord,
  freeze: redoRecord,
  unfreeze: redoRecord,
  'policy-set': redoRecord,
  restore: redoRestore,
  'thread-drop': redoDrop,
  land: redoLand,
};

/** What is not done again, and what helps instead. */
const INSTEAD: Partial<Record<OperationKind, string>> = {
  redact: 'hide the content again with `heddle redact`',
  'land-conflict': 'land the thread again with `heddle land`',
  continue: 'go on again with `heddle continue`',
  abort: 'take the landing back again with `heddle abort`',
  'attribution-export': 'write the notes again with `heddle attribution export`',
  'attribution-import': 'import it again with `heddle attribution import`',
  'thread-split': 'split it again with `heddle thread split`',
  'thread-rename': 'rename it again with `heddle thread rename`',
  'thread-claim': 'claim it again with `heddle thread claim`',
  'thread-release': 'give it back again with `heddle thread release`',
  'key-add': 'its keys are revoked; register others with `heddle key add`',
};

/**
 * Takes back one undo: the named one, the one that took back what is named, or the caller's newest. Throws
 * `UNDO_NOTHING`, and `UNDO_REFUSED` where something was done there since, or there is no way.
 */
export async function redo(workspace: Workspace, name: string | null): Promise<Mutated<Redone>> {
  return mutate<Redone>(workspace, {
    op: 'redo',
    args: { operation: name },
    asksPassphrase: false,
    propose: async (ground) => (await proposeRedo(workspace, ground, name)).proposal,
  });
}

/** What a redo would do, and what it would do again. Throws as {@link redo} does, but for what only its plan finds. */
export async function proposeRedo(
  workspace: Workspace,
  ground: Ground,
  name: string | null,
): Promise<{
  readonly target: VerifiedTarget;
  readonly proposal: Extract<Proposal<Redone>, { readonly kind: 'ask' }>;
}> {
  const found = name === null ? await findNewest(workspace, ground) : await findMeant(workspace, name);
  const before = await readUndone(workspace, found);
  const way = WAYS[before.line.op];
  if (way === undefined) throw notAgain(found, before);
  const undo = await verifyTarget(workspace, ground, found);
  const target = await verifyTarget(workspace, ground, before);
  const reversal = await way(workspace, ground, { undo, target, own: undo.own && target.own });
  return {
    target,
    proposal: {
      kind: 'ask',
      ask: reversal.ask,
      also: reversal.also ?? [],
      plan: async (drafts) => {
        const { answer: _, ...plan } = await reversal.plan(drafts);
        const result = { undo: undo.id, redone: target.id, op: target.line.op, states: headsOf(plan) };
        return { ...plan, paths: target.texts.paths, result };
      },
    },
  };
}

/** What helps where an operation of this kind was undone and `redo` cannot do it again; undefined where it can. */
export function insteadOfRedo(op: OperationKind): string | undefined {
  return WAYS[op] === undefined ? (INSTEAD[op] ?? 'do it anew') : undefined;
}

/** The states that threads are at: what is dropped or landed again is named by the line, and moves no thread there. */
function headsOf({ refs, states }: Pick<Plan<Redone>, 'refs' | 'states'>): Plan<Redone>['states'] {
  const moves = refs.some(({ name, new: next }) => name.startsWith(THREAD_REFS) && next !== null);
  return moves ? states : [];
}

function notAgain(undo: Done, { line: { op } }: Done): HeddleError {
  const { code, message, facts } = refused(undo, `${op} is not done again: ${INSTEAD[op] ?? 'do it anew'}`);
  const advice =
    'what was undone before it is done again by its id, `heddle redo ID`; `heddle undo --list` has the ids';
  return new HeddleError(code, message, { facts: { ...facts, advice }, preserved: 'nothing was changed' });
}

/** The caller's newest undo that nothing was said of since. */
async function findNewest(workspace: Workspace, ground: Ground): Promise<Target> {
  for await (const { target, gone } of readTargets(workspace)) {
    if (gone === undefined && TAKES_BACK.has(target.line.op) && isMine(ground, target.line)) return target;
  }
  if (ground.caller.sources.principal === 'none') await requirePrincipal(workspace);
  throw new HeddleError('UNDO_NOTHING', 'there is nothing of yours to redo', {
    preserved: 'nothing was changed',
  });
}

const TAKES_BACK: ReadonlySet<OperationKind> = new Set(['undo', 'lift']);

async function findMeant(workspace: Workspace, name: string): Promise<Target> {
  const { target, gone } = await findNamed(workspace, name);
  if (TAKES_BACK.has(target.line.op)) {
    if (gone === undefined) return target;
    throw refused(target, gone.why, gone.by);
  }
  if (gone !== undefined && TAKES_BACK.has(gone.by.line.op)) return { ...gone.by, again: null };
  throw refused(target, gone?.why ?? 'it was not undone', gone?.by);
}

async function readUndone(workspace: Workspace, undo: Target): Promise<Target> {
  const about = aboutOf(undo);
  for await (const { target } of readTargets(workspace)) if (target.id === about) return target;
  throw refused(undo, 'what it took back is not in the log');
}
