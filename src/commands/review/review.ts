import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { REVIEW_VERDICTS, type ReviewVerdict } from '#domain/review/review-codec.ts';
import { usageError } from '#domain/usage-error.ts';
import { reviewThread } from '#usecases/reviews/review-thread.ts';
import { showReview } from '#usecases/reviews/show-review.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** What says nothing without words. */
const NEED_WORDS: readonly ReviewVerdict[] = ['reject', 'comment'];

/** `heddle review` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const thread = input.argument('THREAD');
  const verdict = REVIEW_VERDICTS.find((one) => input.flag(one));
  const message = input.reason('message');
  const [onto, state] = [input.text('onto'), input.text('state')];
  if (verdict === undefined) {
    if (message !== null || state !== null)
      throw usageError('review', '--message and --state are for a verdict, such as --approve');
    return { kind: 'review-show', result: await showReview(await context.workspace(), { thread, onto }) };
  }
  if (message === null && NEED_WORDS.includes(verdict)) throw usageError('review', `--${verdict} needs -m`);
  const done = await reviewThread(await context.workspace(), { thread, verdict, message, onto, state });
  return { kind: 'review', result: required(done), notes: done.notes };
}
