import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { usageError } from '#domain/usage-error.ts';
import type { RequestedAct } from '#domain/request/request-codec.ts';
import { makeRequest } from '#usecases/requests/make-request.ts';

/** `heddle request` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const asked = askedIn(input);
  const { result, operation, notes } = await makeRequest(await context.workspace(), {
    asked,
    denial: input.text('denial'),
    reason: input.reason('reason'),
    ttl: input.duration('ttl'),
  });
  return { kind: 'request', result: { ...result, operation }, notes };
}

/** Null where a denial says what is asked for. */
function askedIn(input: CommandInput): RequestedAct | null {
  const word = input.optionalArgument('OPERATION');
  const resources = input.list('resource');
  const first = input.optionalArgument('RESOURCE');
  const role = input.text('role');
  if (input.text('denial') !== null) {
    if (word === null && resources.length === 0 && role === null) return null;
    throw usageError('request', '--denial says what is asked for: leave operation, resources and --role out');
  }
  const operation = REQUEST_OPERATIONS.find((one) => one === word);
  const all = [...(first === null ? [] : [first]), ...resources];
  if (operation === undefined || all.length === 0) {
    throw usageError('request', 'it needs an operation and a resource, or --denial');
  }
  const granting = ROLES.find((one) => one === role) ?? null;
  if (granting !== null && operation !== 'grant:write' && operation !== 'key:write') {
    throw usageError('request', '--role is for grant:write and key:write');
  }
  return { operation, resources: all, own: false, granting };
}
