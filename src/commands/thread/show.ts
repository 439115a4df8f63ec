import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { showThread } from '#usecases/threads/list-threads.ts';

/** `heddle thread show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await showThread(await context.workspace(), input.argument('THREAD'));
  return { kind: 'thread-show', result };
}
