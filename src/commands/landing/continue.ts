import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { continueLanding } from '#usecases/landing/pending/continue-landing.ts';

/** `heddle continue` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const { result, notes } = await continueLanding(await context.workspace(), {
    intent: input.text('message'),
  });
  return { kind: 'continue', result, notes, exit: result.pending === null ? 0 : 1 };
}
