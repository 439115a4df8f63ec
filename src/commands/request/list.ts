import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listRequests } from '#usecases/requests/list-requests.ts';

/** `heddle request list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await listRequests(await context.workspace(), { all: input.flag('all') });
  return { kind: 'request-list', result };
}
