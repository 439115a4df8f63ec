import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { removeGrant } from '#usecases/keys/grants.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle grant remove` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const removed = await removeGrant(workspace, input.argument('GRANT'), input.reason('reason'));
  return { kind: 'grant-remove', result: required(removed), notes: removed.notes };
}
