import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listReviews } from '#usecases/reviews/list-reviews.ts';

/** `heddle review list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await listReviews(await context.workspace(), { thread: input.optionalArgument('THREAD') });
  return { kind: 'review-list', result };
}
