import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { denyRequest } from '#usecases/requests/deny-request.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle deny` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await denyRequest(await context.workspace(), {
    name: input.argument('REQUEST'),
    reason: input.reason('reason') ?? '',
  });
  return { kind: 'deny', result: required(done), notes: done.notes };
}
