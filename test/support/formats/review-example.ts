import type { AuthorityId, StateId } from '#domain/id.ts';
import { encodeReview, reviewDigest } from '#domain/review/review-codec.ts';
import { encodeReviewTexts } from '#domain/review/review-texts.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import type { SealedChain } from './token-example.ts';

/** An owner's approval of the example's state. */
export function reviewExample({
  repo,
  policy,
  state,
  chain,
}: {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly state: StateId;
  readonly chain: SealedChain;
}): Example {
  const texts = encodeReviewTexts({ salt: salt(14), message: 'reads well', base: '1'.repeat(40) });
  const bytes = encodeReview({
    repo,
    policy,
    thread: 'task/login',
    state,
    branch: 'main',
    verdict: 'approve',
    actor: {
      principal: OWNER,
      agent: null,
      provider: null,
      model: null,
      session: null,
      confidence: null,
    },
    holder: KEYS.session.publicKey,
    chain: chain.digest,
    at: at('09:55:00'),
    texts: textsDigest(hasher, texts),
  });
  const hash = hashOf('review', bytes);
  return [
    ...textBytes('`texts.json`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes('`review.json`', bytes),
    ...table([
      hashRow('review', hash),
      ['name', `review-${reviewDigest(hasher, bytes)}`],
      signatureRow('review', KEYS.session.signer.sign('review', hash)),
    ]),
  ];
}
