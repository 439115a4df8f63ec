import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { splitThread } from '#usecases/threads/split/split-thread.ts';

/** `heddle thread split` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const directory = input.text('worktree');
  const { result, operation, notes } = await splitThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    into: input.text('into') ?? '',
    paths: await Promise.all(input.rest().map((path) => context.pathFromRoot(path))),
    keep: input.flag('keep'),
    directory: directory === null ? null : context.resolvePath(directory),
    dryRun: input.flag('dry-run'),
  });
  return { kind: 'thread-split', result: { ...result, operation }, notes };
}
