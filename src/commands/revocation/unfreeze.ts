import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { unfreeze } from '#usecases/revocation/freeze.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle unfreeze` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await unfreeze(await context.workspace());
  return { kind: 'unfreeze', result: required(done), notes: done.notes };
}
