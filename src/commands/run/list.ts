import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listRuns } from '#usecases/run/list-runs.ts';

/** `heddle run list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { notes, ...result } = await listRuns(await context.workspace(), { all: input.flag('all') });
  return { kind: 'run-list', result, notes };
}
