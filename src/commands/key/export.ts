import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { exportKey } from '#usecases/keys/manage-keys.ts';

/** `heddle key export` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'key-export', result: await exportKey(await context.machine()) };
}
