import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { log } from '#usecases/history/read-history.ts';

/** `heddle log` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const path = input.text('path');
  const result = await log(await context.workspace(), {
    thread: input.optionalArgument('THREAD'),
    path: path === null ? null : await context.pathFromRoot(path),
    limit: input.integer('limit'),
  });
  return { kind: 'log', result };
}
