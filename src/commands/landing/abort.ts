import type { CommandOutcome, CommandInput } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { abortLanding } from '#usecases/landing/pending/abort-landing.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle abort` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const done = await abortLanding(await context.workspace());
  return { kind: 'abort', result: required(done), notes: done.notes };
}
