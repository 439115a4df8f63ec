import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { restore } from '#usecases/restore/restore.ts';

/** `heddle restore` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { result, operation, notes } = await restore(await context.workspace(), {
    paths: await Promise.all(input.words().map((path) => context.pathFromRoot(path))),
    from: input.text('from'),
  });
  return { kind: 'restore', result: { ...result, operation }, notes };
}
