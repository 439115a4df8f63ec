import { jsonField } from '#domain/encoding/json-field.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import type { VerifiedReviews } from '#usecases/verify/verify-review-set.ts';

/**
 * The thread that a line reviewed, whose signature holds; or what is wrong with it: it adds one record to the set, which
 * only grows, by the same key and at the same time, and does nothing else.
 */
export function readReviewLine(
  { records }: VerifiedReviews,
  { line, texts }: AllowedLine,
  others: readonly RefChange[],
): { readonly thread: string } | string {
  const [set, ...more] = others;
  if (set?.name !== REVIEWS_REF || set.new === null || more.length > 0 || texts.effects.length > 0) {
    return 'a review adds to the reviews, and does nothing else';
  }
  const named = jsonField(texts.result, 'review');
  const record = [...records.values()].find(({ id }) => id === named);
  if (record === undefined) return 'the review that it made is not in the set';
  const { at, holder, state, thread } = record.review;
  const isIts =
    at === line.at && holder === line.holder && line.states.length === 1 && state === line.states[0];
  return isIts ? { thread } : 'the review that it names is not the one that it made';
}
