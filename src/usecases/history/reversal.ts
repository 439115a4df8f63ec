import { rootKeys } from '#domain/authority/authority-view.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import type { UndoResult } from '#domain/results/work-results.ts';
import { sameAgents } from '#domain/token/chain-claim.ts';
import type { Workspace } from '#ports/workspace.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';

export type Undone = Omit<UndoResult, 'operation'>;

/** How one kind of operation is taken back: what that needs, and what it does. */
export interface Reversal {
  readonly ask: Ask;
  /** The name in the log where it is not `undo`. */
  readonly op?: OperationKind;
  readonly plan: (drafts: Drafts) => Promise<Omit<Plan<Undone>, 'result' | 'paths'>>;
}

export interface Target {
  readonly id: OperationId;
  readonly line: LoggedOperation['line'];
  readonly texts: OperationTexts;
}

/** A target whose line was verified. */
export interface VerifiedTarget extends Target {
  /** True where it is the caller's own work, which needs less. */
  readonly own: boolean;
}

/** Per actor: an agent undoes what that agent did, a person what the person did. */
export function isMine({ caller }: Ground, line: LoggedOperation['line']): boolean {
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

/** Something stands in the way of taking `target` back. */
export function refused({ id, line }: Target, why: string): HeddleError {
  return new HeddleError('UNDO_REFUSED', `${shortId(id)} (${line.op}): ${why}`, {
    facts: { operation: id, op: line.op },
    preserved: 'nothing was changed',
  });
}
