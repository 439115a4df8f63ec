import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSalt } from '#domain/state/texts.ts';

/*
 * The sidecar of a request or an answer, canonical JSON:
 *
 *   {"reason","salt","type":"request-texts"|"answer-texts","v":1}
 */

/** What somebody wrote beside a request or an answer. No tombstone of this version covers one. */
export interface ReasonTexts {
  readonly salt: string;
  readonly reason: string | null;
}

/** What the sidecar lies beside. */
export type ReasonedKind = 'request' | 'answer';

const LARGEST = 32 * 1024;
const LONGEST_REASON = 4096;

/** Encodes the sidecar. */
export function encodeReasonTexts(kind: ReasonedKind, { salt, reason }: ReasonTexts): Uint8Array {
  return encodeCanonical({ type: `${kind}-texts`, v: 1, salt, reason });
}

/** Decodes the sidecar strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeReasonTexts(kind: ReasonedKind, bytes: Uint8Array): ReasonTexts {
  const what = `${kind} texts`;
  const reader = new JsonReader(decodeCanonical(bytes, what, LARGEST), what);
  reader.version(`${kind}-texts`, 1);
  const texts = { salt: readSalt(reader), reason: reader.nullableString('reason', LONGEST_REASON) };
  reader.end();
  return texts;
}
