import type { AuthorityView } from '#domain/authority/authority.ts';
import type { LoggedOperation, OperationKind, RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { droppedThread } from './undo-drop.ts';
import { landingClaim, landingRedoAsks, onlyFollows } from '#usecases/landing/logged/verify-landing.ts';
import { ownsThread } from '#usecases/threads/drop/own-thread.ts';
import { droppingAsks } from './redo/redo-drop.ts';
import { restoringAsks } from './redo/redo-restore.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { readDrop } from '#usecases/verify/lines/drop-line.ts';

const ANEW: ReadonlySet<OperationKind> = new Set(['restore', 'thread-drop', 'land']);

/** Tells whether a redo of such a line does anew what that did, and needs all that it needed. */
export function isDoneAnew(op: OperationKind): boolean {
  return ANEW.has(op);
}

/** A line that does another one anew, `target`. */
interface Anew {
  readonly operation: AllowedLine;
  readonly signer: LineSigner;
  /** What it moves beside the authority chain. */
  readonly others: readonly RefChange[];
  readonly target: AllowedLine;
  /** True where it, its target and the undo between are the same agents' work. */
  readonly own: boolean;
}

interface Ground {
  /** Under which it was decided. */
  readonly view: AuthorityView;
  readonly newest: AuthorityView;
  readonly before: readonly LoggedOperation[];
}

/** What the author of such a line had to be allowed, or what is wrong with the line: it does what was undone, and no more. */
export async function anewAsks(
  workspace: Workspace,
  ground: Ground,
  anew: Anew,
): Promise<readonly Ask[] | string> {
  switch (anew.target.line.op) {
    case 'restore':
      return restoreAsks(ground, anew);
    case 'thread-drop':
      return dropAsks(workspace, ground, anew);
    default:
      return landAsks(workspace, ground, anew);
  }
}

/** The same files from the same snapshot, to the same side. */
function restoreAsks({ view }: Ground, { operation, others, target, own }: Anew): readonly Ask[] | string {
  const same = isSame(operation.texts.effects, target.texts.effects);
  if (!same || others.length > 0 || operation.line.states.length > 0) return MORE;
  return restoringAsks(view.repository, target.texts, own) ?? 'it names no thread';
}

/** Like any drop, of the same thread at the same state. */
async function dropAsks(
  workspace: Workspace,
  { view, newest, before }: Ground,
  { operation, signer, others, target, own }: Anew,
): Promise<readonly Ask[] | string> {
  const dropped = await readDrop(workspace, { operation, refs: others, before });
  if (typeof dropped === 'string') return dropped;
  const same = isSame(operation.line.states, target.line.states);
  if (!same || dropped.thread !== droppedThread(target.texts)) return MORE;
  const { actor } = operation.line;
  const chain = signer.kind === 'chain' ? signer.chain : null;
  const drops = await ownsThread(workspace, { ...dropped, view: newest, actor, chain });
  return droppingAsks(view.repository, dropped.thread, { own, drops });
}

/** The same commits onto the same one; every gate that they passed, under the authority of now. */
async function landAsks(
  workspace: Workspace,
  { view }: Ground,
  { operation, others, target }: Anew,
): Promise<readonly Ask[] | string> {
  const moved = target.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
  const same = isSame(others, moved) && isSame(operation.line.states, target.line.states);
  if (!same || !onlyFollows(operation.texts)) return MORE;
  const claim = await landingClaim(workspace, view, target);
  return claim.kind === 'refused' ? claim.why : landingRedoAsks(claim.asks);
}

const MORE = 'it does not do again what was undone';

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
