import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { listGrants } from '#usecases/keys/list-grants.ts';

/** `heddle grant list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const at = input.text('at');
  const effective = input.flag('effective');
  if (effective && at === null) {
    throw usageError('grant list', '--effective needs --at: a role is held at a resource');
  }
  const filter = { principal: input.text('principal'), at, effective };
  return { kind: 'grant-list', result: await listGrants(await context.workspace(), filter) };
}
