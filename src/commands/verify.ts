import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { verify } from '#usecases/verify/verify.ts';

/** `heddle verify` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await verify(await context.workspace(), { all: input.flag('all') });
  return { kind: 'verify', result, exit: result.ok ? 0 : 1 };
}
