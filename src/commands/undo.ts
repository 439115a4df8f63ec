import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { undo } from '#usecases/history/undo.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle undo` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await undo(await context.workspace(), input.optionalArgument('OPERATION'));
  return { kind: 'undo', result: required(done), notes: done.notes };
}
