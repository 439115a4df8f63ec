import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listRemotes } from '#usecases/remotes/list-remotes.ts';

/** `heddle remote list` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'remote-list', result: await listRemotes(await context.workspace()) };
}
