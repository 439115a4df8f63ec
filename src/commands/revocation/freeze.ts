import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle freeze` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await freeze(await context.workspace(), input.reason('reason'));
  return { kind: 'freeze', result: required(done), notes: done.notes };
}
