import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { startThread } from '#usecases/threads/start.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle start` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const directory = input.text('worktree');
  const done = await startThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    task: input.text('task'),
    from: input.text('from'),
    directory: directory === null || directory === '' ? directory : context.resolvePath(directory),
  });
  return { kind: 'start', result: required(done), notes: done.notes };
}
