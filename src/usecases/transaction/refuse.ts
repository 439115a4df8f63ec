import type { Denial } from '#domain/decision/decision.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { withDenialId } from '#domain/decision/fixes/consent-fix.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { withFreeNames } from '#usecases/tokens/free-names.ts';
import { deniedResult } from './denied-result.ts';
import type { Ask, Ground, Mutation } from './plan.ts';
import { NO_CHANGE, publish, type Publisher } from './publish.ts';

interface Refused<R extends Json> {
  readonly mutation: Mutation<R>;
  readonly ask: Ask;
  readonly op?: OperationKind | undefined;
  readonly denial: Denial;
}

/** Writes the one line of a denied verb, and throws {@link DeniedError}. */
export async function refuse<R extends Json>(
  workspace: Workspace,
  ground: Ground,
  { mutation, ask, op, denial }: Refused<R>,
): Promise<never> {
  const { id } = await publish(workspace, publisherOf(ground), {
    op: op ?? mutation.op,
    verdict: { verdict: 'deny', stage: denial.stage, code: denial.code },
    policy: ground.authority.view.head,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: denial.resource,
      args: argsWithId(workspace, mutation.args),
      result: deniedResult(denial, ask),
    },
    verify: [],
    batch: null,
  });
  const shown = await withFreeNames(workspace, withDenialId(denial, id));
  throw new DeniedError({ denial: shown, id, preserved: 'nothing was changed' });
}

/** In whose name a mutation's line is written. */
export function publisherOf(ground: Ground): Publisher {
  const { caller, replica, now, authority } = ground;
  return { repo: authority.view.genesis, caller, replica, now };
}

/** A verb's arguments as its line keeps them, with the operation id that the caller named. */
export function argsWithId(workspace: Workspace, args: Json): { readonly [name: string]: Json } {
  return { operationId: workspace.said.operationId, verb: args };
}
