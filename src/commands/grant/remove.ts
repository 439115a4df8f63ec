import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { removeGrant } from '#usecases/keys/grants.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle grant remove` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const removed = await removeGrant(await context.workspace(), input.argument('GRANT'));
  return { kind: 'grant-remove', result: required(removed), notes: removed.notes };
}
