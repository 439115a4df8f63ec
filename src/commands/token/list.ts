import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listTokens } from '#usecases/tokens/list-tokens.ts';

/** `heddle token list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await listTokens(await context.workspace(), { live: input.flag('live') });
  return { kind: 'token-list', result };
}
