import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import { encodeReview, type Review } from '#domain/review/review-codec.ts';
import { encodeReviewTexts, type ReviewTexts } from '#domain/review/review-texts.ts';
import { newSalt } from '#domain/state/texts.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { signedFields, signRecord, type RecordAuthor } from '#usecases/signed-sets/sign-record.ts';
import type { ExaminedReviews } from './examine-reviews.ts';

/** What somebody says of a state. */
export interface Said
  extends Pick<Review, 'thread' | 'state' | 'branch' | 'verdict'>, Pick<ReviewTexts, 'message' | 'base'> {}

/** Adds one review to the set; it becomes visible with the operation that moves its ref. */
export function draftReview(
  workspace: Pick<Workspace, 'hasher' | 'random'>,
  author: RecordAuthor,
  {
    loaded,
    batch,
    said: { message, base, ...said },
  }: { readonly loaded: ExaminedReviews; readonly batch: ObjectBatch; readonly said: Said },
): { readonly id: Digest; readonly move: RefChange } {
  const texts = encodeReviewTexts({ salt: newSalt(workspace.random), message, base });
  const bytes = encodeReview({ ...said, ...signedFields(workspace, author, texts) });
  const record = { kind: 'review', bytes, texts, nameOf: formatDigest } as const;
  const { id, beside } = signRecord(workspace, author, record);
  const files = blobEntries(batch, { 'review.json': bytes, ...beside });
  const row = { mode: DIRECTORY, name: utf8(id), id: batch.addTree(files) };
  const newest = loaded.newest !== null && loaded.newest > author.now ? loaded.newest : author.now;
  const tree = batch.addTree([...loaded.rows, row]);
  const commit = batch.add('commit', encodeSetCommit('reviews', tree, newest));
  return { id, move: { name: REVIEWS_REF, old: loaded.head, new: commit } };
}
