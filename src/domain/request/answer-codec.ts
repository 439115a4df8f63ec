import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { Actor } from '#domain/actor/actor.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import {
  formatDigest,
  parseDigest,
  parseId,
  type AuthorityId,
  type Digest,
  type RequestId,
} from '#domain/id.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/*
 * An answer says what somebody did about a request. Canonical JSON:
 *
 *   {"actor","at","chain","gives","holder","policy","repo","request","texts","type":"answer","v":1,"verdict"}
 *
 * `gives` is null, {"grant":"hg-…"} or {"block":"…"}: the record or the token's block that the approval made. It has no
 * id: it is named by the digest of the hash of kind "answer" of these bytes, which is also what its attestation
 * signs. Its sidecar: see `reason-texts.ts`.
 */

export const VERDICTS = ['approve', 'deny'] as const;
export type AnswerVerdict = (typeof VERDICTS)[number];

/** What an approval made. */
export type Given = { readonly grant: AuthorityId } | { readonly block: string };

/** A signed answer to one request. */
export interface Answer {
  readonly repo: AuthorityId;
  readonly request: RequestId;
  readonly verdict: AnswerVerdict;
  readonly actor: Actor;
  readonly holder: PublicKeyHex;
  readonly chain: Digest;
  readonly policy: AuthorityId;
  readonly at: Instant;
  /** Null of a denial, and of an approval that only agrees. */
  readonly gives: Given | null;
  readonly texts: Digest;
}

const LARGEST_ANSWER = 16 * 1024;
const BLOCK = /^[0-9a-f]{128}$/;

/** Encodes an answer. */
export function encodeAnswer(answer: Answer): Uint8Array {
  return encodeCanonical({
    type: 'answer',
    v: 1,
    repo: answer.repo,
    request: answer.request,
    verdict: answer.verdict,
    actor: encodeActor(answer.actor),
    holder: answer.holder,
    chain: answer.chain,
    policy: answer.policy,
    at: answer.at,
    gives: answer.gives === null ? null : { ...answer.gives },
    texts: answer.texts,
  });
}

/** The digest that names an answer, from its canonical bytes. */
export function answerDigest(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('answer', bytes));
}

/** Decodes an answer strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const reader = new JsonReader(decodeCanonical(bytes, 'answer', LARGEST_ANSWER), 'answer');
  reader.version('answer', 1);
  const answer: Answer = {
    repo: parseId('hg', reader.string('repo')),
    request: parseId('hq', reader.string('request')),
    verdict: reader.oneOf('verdict', VERDICTS),
    actor: readActor(reader.object('actor')),
    holder: readPublicKey(reader, 'holder'),
    chain: parseDigest(reader.string('chain')),
    policy: parseId('hg', reader.string('policy')),
    at: parseInstant(reader.string('at')),
    gives: readGiven(reader.nullableObject('gives')),
    texts: parseDigest(reader.string('texts')),
  };
  reader.end();
  if (answer.verdict === 'deny' && answer.gives !== null) throw reader.invalid('denies and gives');
  return answer;
}

function readGiven(reader: JsonReader | null): Given | null {
  if (reader === null) return null;
  const given: Given = reader.has('grant')
    ? { grant: parseId('hg', reader.string('grant')) }
    : { block: reader.string('block', 128) };
  reader.end();
  if ('block' in given && !BLOCK.test(given.block)) throw reader.invalid('names no proper block');
  return given;
}
