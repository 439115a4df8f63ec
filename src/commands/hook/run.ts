import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { runServerHook } from './server/run-server-hook.ts';

/** `heddle hook run` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  return runServerHook(input, context);
}
