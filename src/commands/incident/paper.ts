import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { incidentPaper } from '#usecases/incident/paper.ts';

/** `heddle incident paper` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await incidentPaper(await context.workspace(), input.optionalArgument('INCIDENT'));
  return { kind: 'incident-paper', result };
}
