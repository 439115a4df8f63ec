import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listThreads } from '#usecases/threads/list-threads.ts';

/** `heddle thread list` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'thread-list', ...(await listThreads(await context.workspace())) };
}
