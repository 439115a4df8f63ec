import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { equalBytes } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ground, Mutation } from './plan.ts';

/**
 * Finds the operation that already ran under this caller's operation id: the same arguments return its result,
 * others are refused with `OPERATION_ID_REUSED`. Undefined where there is no id or no such operation.
 */
export async function findEarlierResult<R extends Json>(
  workspace: Workspace,
  ground: Ground,
  mutation: Mutation<R>,
): Promise<{ readonly result: R; readonly operation: OperationId } | undefined> {
  const id = workspace.said.operationId;
  // Without a credential anybody can claim to be the one who asked before.
  if (id === null || ground.caller.chain === null) return undefined;
  const { principal, agent } = ground.caller.actor;
  for await (const operation of workspace.log.newest()) {
    if (operation.line.verdict.verdict === 'deny' || operationIdOf(operation) !== id) continue;
    const wanted = encodeCanonical([mutation.op, principal, agent, mutation.args]);
    if (!equalBytes(wanted, encodeCanonical(signatureOf(operation)))) {
      throw new HeddleError('OPERATION_ID_REUSED', 'this operation id stands for another operation', {
        facts: { operation: operation.id, op: operation.line.op },
        preserved: 'nothing was changed',
      });
    }
    // The log keeps what this same verb returned, under a signature.
    return { result: resultOf(operation) as R, operation: operation.id };
  }
  return undefined;
}

function operationIdOf(operation: LoggedOperation): Json | undefined {
  return jsonField(argsOf(operation), 'operationId');
}

function signatureOf(operation: LoggedOperation): Json {
  const { op, actor } = operation.line;
  return [VERBS[op] ?? op, actor.principal, actor.agent, jsonField(argsOf(operation), 'verb') ?? null];
}

/** What a verb is called in the log where it turns out to be something else. */
const VERBS: Partial<Record<OperationKind, OperationKind>> = { lift: 'undo', 'land-conflict': 'land' };

function argsOf({ texts }: LoggedOperation): Json | undefined {
  return texts === 'redacted' ? undefined : texts.args;
}

function resultOf({ texts }: LoggedOperation): Json {
  return texts === 'redacted' ? null : texts.result;
}
