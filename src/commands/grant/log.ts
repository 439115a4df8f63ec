import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { grantLog } from '#usecases/keys/grant-log.ts';

/** `heddle grant log` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await grantLog(await context.workspace(), {
    principal: input.text('principal'),
    at: input.text('at'),
    limit: input.integer('limit'),
  });
  return { kind: 'grant-log', result };
}
