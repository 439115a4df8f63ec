import { HeddleError } from '#domain/error.ts';
import { shortId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import type { UndoResult } from '#domain/results.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';

export type Undone = Omit<UndoResult, 'operation'>;

/** How one kind of operation is taken back: what that needs, and what it does. */
export interface Reversal {
  readonly ask: Ask;
  readonly plan: (drafts: Drafts) => Promise<Omit<Plan<Undone>, 'result' | 'paths'>>;
}

export interface Target {
  readonly id: OperationId;
  readonly line: LoggedOperation['line'];
  readonly texts: OperationTexts;
}

/** Per actor: an agent undoes what that agent did, a person what the person did. */
export function isMine({ caller }: Ground, line: LoggedOperation['line']): boolean {
  return line.actor.principal === caller.actor.principal && line.actor.agent === caller.actor.agent;
}

/** Tells whether a target is the caller's own work. */
export function isOwn(ground: Ground, { line }: Target): boolean {
  return isMine(ground, line);
}

/** Something stands in the way of taking `target` back. */
export function refused({ id, line }: Target, why: string): HeddleError {
  return new HeddleError('UNDO_REFUSED', `${shortId(id)} (${line.op}): ${why}`, {
    facts: { operation: id, op: line.op },
    preserved: 'nothing was changed',
  });
}
