import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { checkPaper, LARGEST_PAPER } from '#usecases/incident/paper.ts';

/** `heddle incident check` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const bytes = await context.readInput(input.argument('FILE'), LARGEST_PAPER);
  const result = await checkPaper(await context.workspace(), bytes);
  return { kind: 'incident-check', result, exit: result.ok ? 0 : 1 };
}
