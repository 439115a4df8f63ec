import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { showRun } from '#usecases/run/list-runs.ts';

/** `heddle run show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { notes, ...result } = await showRun(await context.workspace(), input.argument('RUN'));
  return { kind: 'run-show', result, notes };
}
