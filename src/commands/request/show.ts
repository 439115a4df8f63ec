import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { showRequest } from '#usecases/requests/list-requests.ts';

/** `heddle request show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await showRequest(await context.workspace(), input.argument('REQUEST'));
  return { kind: 'request-show', result };
}
