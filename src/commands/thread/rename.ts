import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle thread rename` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await renameThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    to: input.argument('NEW'),
  });
  return { kind: 'thread-rename', result: required(done), notes: done.notes };
}
