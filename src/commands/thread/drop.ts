import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle thread drop` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await dropThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    force: input.flag('force'),
  });
  return { kind: 'thread-drop', result: required(done), notes: done.notes };
}
