import type { AuthorityId } from '#domain/id.ts';
import { encodeReasonTexts } from '#domain/request/reason-texts.ts';
import { answerDigest, encodeAnswer } from '#domain/request/answer-codec.ts';
import { encodeRequest, requestId } from '#domain/request/request-codec.ts';
import { parseInstant } from '#domain/time.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

interface RequestWorld {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  /** The chain of the agent that asks. */
  readonly agent: SealedChain;
  /** The chain of the owner who answers. */
  readonly session: SealedChain;
}

const PERSON = {
  principal: OWNER,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
} as const;

/** A request and its answer, each by the name of its example. */
export function requestExamples(world: RequestWorld): readonly (readonly [string, Example])[] {
  const { repo, policy } = world;
  const texts = encodeReasonTexts('request', { salt: salt(11), reason: 'the notes belong to it' });
  const bytes = encodeRequest({
    repo,
    policy,
    operation: 'state:capture',
    resources: ['acme/core@task/login:docs'],
    own: false,
    granting: null,
    actor: { ...PERSON, agent: 'review-worker' },
    holder: KEYS.agent.publicKey,
    chain: world.agent.digest,
    nonce: salt(12),
    at: at('09:45:00'),
    expires: parseInstant('2026-11-22T09:45:00.000Z'),
    code: 'SCOPE_RESOURCE',
    texts: textsDigest(hasher, texts),
  });
  const request = requestId(hasher, bytes);
  return [
    ['request', requestExample(texts, bytes)],
    ['answer', answerExample(world, request)],
  ];
}

function requestExample(texts: Uint8Array, bytes: Uint8Array): Example {
  const hash = hashOf('request', bytes);
  return [
    ...textBytes('`texts.json`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes('`request.json`', bytes),
    ...table([
      hashRow('request', hash),
      ['id', requestId(hasher, bytes)],
      signatureRow('request', KEYS.agent.signer.sign('request', hash)),
    ]),
  ];
}

function answerExample(
  { repo, policy, session }: RequestWorld,
  request: ReturnType<typeof requestId>,
): Example {
  const texts = encodeReasonTexts('answer', { salt: salt(13), reason: null });
  const bytes = encodeAnswer({
    repo,
    policy,
    request,
    verdict: 'approve',
    actor: PERSON,
    holder: KEYS.session.publicKey,
    chain: session.digest,
    at: at('09:50:00'),
    gives: { block: '0b'.repeat(64) },
    texts: textsDigest(hasher, texts),
  });
  const hash = hashOf('answer', bytes);
  return [
    ...textBytes('`texts.json`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes('`answer.json`', bytes),
    ...table([
      hashRow('answer', hash),
      ['name', `answer-${answerDigest(hasher, bytes)}`],
      signatureRow('answer', KEYS.session.signer.sign('answer', hash)),
    ]),
  ];
}
