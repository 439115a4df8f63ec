import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { releaseThread } from '#usecases/threads/claim/release-thread.ts';

/** `heddle thread release` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { result, operation, notes } = await releaseThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    force: input.flag('force'),
  });
  return { kind: 'thread-release', result: { ...result, operation }, notes };
}
