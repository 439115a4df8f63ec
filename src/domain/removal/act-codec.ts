import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, parseId, type Digest, type RequestId, type TombstoneId } from '#domain/id.ts';
import { readSalt } from '#domain/state/texts.ts';
import { marksJson, readMarks, type TravellingMark } from './travelling-mark.ts';

/*
 * A lift takes a redaction back; a purge orders its content destroyed. Canonical JSON, `type` is "lift" or "purge":
 *
 *   {"actor","at","chain","holder","policy","repo","texts","tombstone","type","v":1}
 *
 * Where others had to agree, version 2 has "consent", too: the request by which they did. Versions 3 and 4 of a purge
 * are 1 and 2 with "shun": at least one mark, see `travelling-mark.ts`, where the tombstone tells none. It has no id: it
 * is named by the digest of the hash of kind "lift" or "purge" of these bytes, which is also what its attestation signs.
 * Its sidecar, canonical JSON too, `type` is "lift-texts" or "purge-texts":
 *
 *   {"reason","salt","type","v":1}
 */

/** What a principal does about a tombstone after it was made. */
export type ActKind = 'lift' | 'purge';

/** A signed lift or purge of one tombstone. */
export interface RemovalAct extends SignedFields {
  readonly tombstone: TombstoneId;
  /** The request by which others agreed to it, which nothing else is done by; null where nobody had to. */
  readonly consent: RequestId | null;
  /** Of a purge, by what every clone refuses the content, in order; empty where the tombstone tells it, or nothing does. */
  readonly shun: readonly TravellingMark[];
}

/** The sidecar of a lift or purge. No tombstone of this version covers one. */
export interface ActTexts {
  readonly salt: string;
  readonly reason: string;
}

const LARGEST_ACT = 8 * 1024 * 1024;
const MOST_MARKS = 50_000;
const LARGEST_TEXTS = 512 * 1024;
const LONGEST_REASON = 64 * 1024;

/** Encodes a lift or purge. */
export function encodeAct(kind: ActKind, act: RemovalAct): Uint8Array {
  return encodeCanonical({
    type: kind,
    v: (act.consent === null ? 1 : 2) + (act.shun.length === 0 ? 0 : 2),
    ...signedFieldsJson(act),
    tombstone: act.tombstone,
    ...(act.consent === null ? {} : { consent: act.consent }),
    ...(act.shun.length === 0 ? {} : { shun: marksJson(act.shun) }),
  });
}

/** The digest that names a lift or purge, from its canonical bytes. */
export function actDigest(hasher: Hasher, kind: ActKind, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash(kind, bytes));
}

/** Decodes a lift or purge strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeAct(kind: ActKind, bytes: Uint8Array): RemovalAct {
  const reader = new JsonReader(decodeCanonical(bytes, kind, LARGEST_ACT), kind);
  const version = reader.oneOfVersions(kind, kind === 'purge' ? [1, 2, 3, 4] : [1, 2]);
  const act: RemovalAct = {
    ...readSignedFields(reader),
    tombstone: parseId('hr', reader.string('tombstone')),
    consent: version % 2 === 1 ? null : parseId('hq', reader.string('consent')),
    shun: version >= 3 ? readMarks(reader, MOST_MARKS) : [],
  };
  reader.end();
  return act;
}

/** Encodes the sidecar. */
export function encodeActTexts(kind: ActKind, { salt, reason }: ActTexts): Uint8Array {
  return encodeCanonical({ type: `${kind}-texts`, v: 1, salt, reason });
}

/** Decodes the sidecar strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeActTexts(kind: ActKind, bytes: Uint8Array): ActTexts {
  const what = `${kind} texts`;
  const reader = new JsonReader(decodeCanonical(bytes, what, LARGEST_TEXTS), what);
  reader.version(`${kind}-texts`, 1);
  const texts: ActTexts = {
    salt: readSalt(reader),
    reason: reader.string('reason', LONGEST_REASON),
  };
  reader.end();
  return texts;
}
