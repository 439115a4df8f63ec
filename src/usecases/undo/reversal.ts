import { rootKeys } from '#domain/authority/authority-view.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { UndoResult } from '#domain/results/undo-results.ts';
import { sameAgents } from '#domain/token/chain-claim.ts';
import type { Workspace } from '#ports/workspace.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';

export type Undone = Omit<UndoResult, 'operation'>;

/** How one kind of operation is taken back: what that needs, and what it does. */
export interface Reversal {
  readonly ask: Ask;
  /** What has to be allowed besides. */
  readonly also?: readonly Ask[];
  /** The name in the log where it is not `undo`. */
  readonly op?: OperationKind;
  readonly plan: (drafts: Drafts) => Promise<Omit<Plan<Undone>, 'result' | 'paths'>>;
}

/** An operation that was allowed, and whose sidecar is there. */
export interface Done {
  readonly id: OperationId;
  readonly line: LoggedOperation['line'];
  readonly texts: OperationTexts;
}

/** What is to be taken back. */
export interface Target extends Done {
  /** The redo that did it again last, where one did. */
  readonly again: Done | null;
}

/** A target whose line was verified. */
export interface VerifiedTarget extends Target {
  /** True where it is the caller's own work, which needs less. */
  readonly own: boolean;
}

/** An undo that is taken back, and what it had taken back. */
export interface Redoing {
  readonly undo: VerifiedTarget;
  readonly target: VerifiedTarget;
  /** True where both are the caller's own work. */
  readonly own: boolean;
}

/** Per actor: an agent undoes what that agent did, a person what the person did. */
export function isMine({ caller }: Pick<Ground, 'caller'>, line: LoggedOperation['line']): boolean {
  return line.actor.principal === caller.actor.principal && line.actor.agent === caller.actor.agent;
}

/**
 * Verifies a target's line before anything is believed of it. Own is what was done by the same agents in the
 * same order: an agent names its children, and could name one like a stranger. Throws `UNDO_REFUSED`.
 */
export async function verifyTarget(
  workspace: Workspace,
  ground: Ground,
  target: Target,
): Promise<VerifiedTarget> {
  const roots = rootKeys(ground.authority.view);
  const signer = await verifyLineSigner(workspace, target.line, roots);
  if (signer.kind === 'refused') throw refused(target, signer.why);
  const chain = signer.kind === 'chain' ? signer.chain : null;
  const own = isMine(ground, target.line) && sameAgents(chain, ground.caller.chain);
  return { ...target, own };
}

/** What taking something back needs at these threads. */
export function askAtThreads(
  { authority }: Pick<Ground, 'authority'>,
  { own }: Pick<VerifiedTarget, 'own'>,
  threads: readonly string[],
): Ask {
  const resources = threads.map((thread) => threadResource(authority.view.repository, thread));
  return { operation: 'undo', own, resources };
}

/** Something stands in the way of taking `target` back: another operation, where one is known. */
export function refused({ id, line }: Done, why: string, by?: Done): HeddleError {
  const other = by === undefined ? '' : `: ${doneText(by)} came after it`;
  return new HeddleError('UNDO_REFUSED', `${shortId(id)} (${line.op}): ${why}${other}`, {
    facts: { operation: id, op: line.op, ...(by === undefined ? {} : { by: by.id, byOp: by.line.op }) },
    preserved: 'nothing was changed',
  });
}

function doneText({ id, line: { op, actor } }: Done): string {
  return `${shortId(id)} (${op} by ${actor.agent === null ? actor.principal : `${actor.agent} for ${actor.principal}`})`;
}
