import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle freeze` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const [reason, breakGlass] = [input.reason('reason'), input.flag('break-glass')];
  if (breakGlass && reason === null) throw usageError('freeze', '--break-glass needs a --reason');
  const done = await freeze(await context.workspace(), reason, { breakGlass });
  return { kind: 'freeze', result: required(done), notes: done.notes };
}
