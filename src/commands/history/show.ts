import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { show } from '#usecases/history/read-history.ts';

/** `heddle show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await show(await context.workspace(), { name: input.optionalArgument('STATE') });
  return { kind: 'show', result };
}
