import { utf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import { encodeReview, type Review } from '#domain/review/review-codec.ts';
import { encodeReviewTexts, type ReviewTexts } from '#domain/review/review-texts.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import type { ExaminedReviews } from './examine-reviews.ts';

/** What somebody says of a state. */
export interface Said
  extends Pick<Review, 'thread' | 'state' | 'branch' | 'verdict'>, Pick<ReviewTexts, 'message' | 'base'> {}

/** Adds one review to the set; it becomes visible with the operation that moves its ref. */
export function draftReview(
  workspace: Pick<Workspace, 'hasher' | 'random'>,
  { authority, caller, now }: Pick<Ground, 'authority' | 'caller' | 'now'>,
  {
    loaded,
    batch,
    said: { message, base, ...said },
  }: { readonly loaded: ExaminedReviews; readonly batch: ObjectBatch; readonly said: Said },
): { readonly id: Digest; readonly move: RefChange } {
  const { signer, sealed } = caller;
  invariant(signer !== null && sealed !== null, 'an allowed caller has a credential');
  const texts = encodeReviewTexts({ salt: newSalt(workspace.random), message, base });
  const bytes = encodeReview({
    ...said,
    repo: authority.view.genesis,
    actor: caller.actor,
    holder: signer.publicKey,
    chain: sealed.digest,
    policy: authority.view.head,
    at: now,
    texts: textsDigest(workspace.hasher, texts),
  });
  const hash = workspace.hasher.hash('review', bytes);
  const id = formatDigest(hash);
  const files = {
    'review.json': bytes,
    'texts.json': texts,
    'attestation.json': encodeAttestation({
      subject: id,
      holder: signer.publicKey,
      sig: signer.sign('review', hash),
    }),
    chain: sealed.bytes,
  };
  const row = { mode: DIRECTORY, name: utf8(id), id: batch.addTree(blobEntries(batch, files)) };
  const newest = loaded.newest !== null && loaded.newest > now ? loaded.newest : now;
  const tree = batch.addTree([...loaded.rows, row]);
  const commit = batch.add('commit', encodeSetCommit('reviews', tree, newest));
  return { id, move: { name: REVIEWS_REF, old: loaded.head, new: commit } };
}
