import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { land } from '#usecases/landing/land.ts';

/** `heddle land` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const style = input.text('trailers');
  const { result, operation, notes } = await land(await context.workspace(), {
    thread: input.argument('THREAD'),
    onto: input.text('onto'),
    squash: !input.flag('no-squash'),
    message: input.text('message'),
    trailers: TRAILER_STYLES.find((known) => known === style) ?? null,
    dryRun: input.flag('dry-run'),
  });
  // A script asks with --dry-run whether it would land.
  const exit = result.pending === null && result.problems.length === 0 ? 0 : 1;
  return { kind: 'land', result: { ...result, operation }, notes, exit };
}
