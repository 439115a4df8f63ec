import { jsonField } from '#domain/encoding/json-field.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';
import type { VerifiedReviews } from '#usecases/verify/verify-review-set.ts';

/** What a line of a review is held against. */
export interface ReviewLineGround {
  readonly reviews: VerifiedReviews;
  readonly decisions: LineDecisions;
  /** Lines that never had an effect. */
  readonly voided: ReadonlySet<string>;
}

/** What is wrong with a line of a review, whose signature holds; undefined where nothing is. */
export async function reviewLineProblem(
  { reviews, decisions, voided }: ReviewLineGround,
  operation: AllowedLine,
  { signer, others }: { readonly signer: LineSigner; readonly others: readonly RefChange[] },
): Promise<string | undefined> {
  if (voided.has(operation.id)) return undefined;
  const read = readReviewLine(reviews, operation, others);
  if (typeof read === 'string') return read;
  const [from] = operation.line.states;
  return decisions.problem(operation, signer, { operation: 'review', own: false, ...read, from });
}

/**
 * The thread that a line reviewed, whose signature holds; or what is wrong with it: it adds one record to the set, which
 * only grows, by the same key and at the same time, and does nothing else.
 */
function readReviewLine(
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
