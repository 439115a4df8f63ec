import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { isJsonObject } from '#domain/encoding/json-field.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { OPERATION_KINDS } from '#domain/operation/operation.ts';
import { readRedactedTexts, type RedactedTexts } from '#domain/removal/redacted-texts.ts';
import { readSalt } from '#domain/state/texts.ts';
import type { IntendedAct } from './intended-act.ts';

/*
 * The sidecar of a request or an answer, canonical JSON:
 *
 *   {"reason","salt","type":"request-texts"|"answer-texts","v":1}
 *   {"tombstone","type":"redacted-texts","v":1}            see `redacted-texts.ts`
 *
 * Of a request for what is guarded it also has "act", {"args","op"}: what exactly is meant to be done.
 */

/** What somebody wrote beside a request or an answer. */
export interface ReasonTexts {
  readonly salt: string;
  readonly reason: string | null;
  /** What others are to agree to; left out of an answer, and where nobody has to. */
  readonly act?: IntendedAct | undefined;
}

/** What the sidecar lies beside. */
export type ReasonedKind = 'request' | 'answer';

/** Holds any act that a log line holds. */
const LARGEST = 1024 * 1024;
const LONGEST_REASON = 4096;

/** Encodes the sidecar. */
export function encodeReasonTexts(kind: ReasonedKind, { salt, reason, act }: ReasonTexts): Uint8Array {
  const exact = act === undefined ? {} : { act: { ...act } };
  return encodeCanonical({ type: `${kind}-texts`, v: 1, salt, reason, ...exact });
}

/** Decodes the sidecar strictly, or what stands in its place; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeReasonTexts(kind: ReasonedKind, bytes: Uint8Array): ReasonTexts | RedactedTexts {
  const what = `${kind} texts`;
  const reader = new JsonReader(decodeCanonical(bytes, what, LARGEST), what);
  const redacted = readRedactedTexts(reader);
  if (redacted !== undefined) return redacted;
  reader.version(`${kind}-texts`, 1);
  const texts = { salt: readSalt(reader), reason: reader.nullableString('reason', LONGEST_REASON) };
  const act = kind === 'request' && reader.has('act') ? readAct(reader.object('act')) : undefined;
  reader.end();
  return act === undefined ? texts : { ...texts, act };
}

function readAct(reader: JsonReader): IntendedAct {
  const act = { op: reader.oneOf('op', OPERATION_KINDS), args: reader.json('args') };
  reader.end();
  if (!isJsonObject(act.args)) throw reader.invalid('has no proper args');
  return act;
}
