import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { diff } from '#usecases/history/read-history.ts';

/** `heddle diff` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await diff(await context.workspace(), {
    from: input.optionalArgument('FROM'),
    to: input.optionalArgument('TO'),
    stat: input.flag('stat'),
  });
  const differs = input.flag('exit-code') && result.changed.length > 0;
  return { kind: 'diff', result, exit: differs ? 1 : 0 };
}
