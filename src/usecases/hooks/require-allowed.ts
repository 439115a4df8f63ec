import { HeddleError } from '#domain/error.ts';
import type { Denial } from '#domain/decision/decision.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decide } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/** A denial on its way to where it is recorded, once for what git was about to do. */
export class HookDenied extends Error {
  readonly denial: Denial;
  readonly ask: Ask;

  constructor(denial: Denial, ask: Ask) {
    super('denied');
    this.denial = denial;
    this.ask = ask;
  }
}

/** Asks the one decision. Throws {@link HookDenied}. */
export async function requireAllowed(workspace: Workspace, ground: Ground, ask: Ask): Promise<void> {
  const decision = await decide(workspace, ground, ask);
  if (decision.kind === 'deny') throw new HookDenied(decision.denial, ask);
}

/** What a hook refuses, whatever refused it. */
export type HookRefusal = HookDenied | HeddleError;

/** Tells a refusal from a failure of heddle's own. */
export function isRefusal(error: unknown): error is HookRefusal {
  return error instanceof HookDenied || error instanceof HeddleError;
}
