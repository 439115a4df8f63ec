import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle grant add` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const added = await addGrant(await context.workspace(), {
    principal: input.argument('PRINCIPAL'),
    role: input.role('ROLE'),
    resource: input.argument('RESOURCE'),
    until: input.instant('until'),
    reason: input.reason('reason'),
  });
  return { kind: 'grant-add', result: required(added), notes: added.notes };
}
