import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';

/** `heddle capture` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { result, operation, notes } = await capture(await context.workspace(), {
    intent: input.text('intent'),
    maxFileBytes: input.integer('max-bytes') ?? LARGEST_FILE,
    amend: input.flag('amend'),
    paths: await Promise.all(input.rest().map((path) => context.pathFromRoot(path))),
  });
  return { kind: 'capture', result: { ...result, operation }, notes };
}
