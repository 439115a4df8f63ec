import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, parseId, type AuthorityId, type Digest, type RequestId } from '#domain/id.ts';

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
export interface Answer extends SignedFields {
  readonly request: RequestId;
  readonly verdict: AnswerVerdict;
  /** Null of a denial, and of an approval that only agrees. */
  readonly gives: Given | null;
}

const LARGEST_ANSWER = 16 * 1024;
const BLOCK = /^[0-9a-f]{128}$/;

/** Encodes an answer. */
export function encodeAnswer(answer: Answer): Uint8Array {
  return encodeCanonical({
    type: 'answer',
    v: 1,
    ...signedFieldsJson(answer),
    request: answer.request,
    verdict: answer.verdict,
    gives: answer.gives === null ? null : { ...answer.gives },
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
    ...readSignedFields(reader),
    request: parseId('hq', reader.string('request')),
    verdict: reader.oneOf('verdict', VERDICTS),
    gives: readGiven(reader.nullableObject('gives')),
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
