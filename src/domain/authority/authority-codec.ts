import type { AuthorityRecord } from './authority.ts';
import { encodeBody, readBody, readPrincipal } from './body-codec.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type AuthorityId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { rulesVersion, type RecordVersion } from '#domain/policy/policy-codec.ts';
import { parseInstant } from '#domain/time.ts';
import { readRedactedTexts, type RedactedTexts } from '#domain/removal/redacted-texts.ts';
import { readPublicKey } from '#domain/token/public-key.ts';

/*
 * record.json   {"at","by","chain","holder","kind","prev","repo","seq","texts","type":"authority","v":1} and
 *   genesis     "nonce","owners":[{"principal","record","root"}],"resource"
 *   key         "action":"add"|"rotate","principal","record","recordProof","root","rootProof"
 *               "action":"revoke","principal","root","seen"
 *   grant       "action":"add","principal","resource","role","until"
 *               "action":"remove","grant","seen"
 *   replica     "key","replica"
 *   revoke      "block","seen","session"
 *   freeze      "seen"; of version 3 "breakGlass", too
 *   unfreeze    nothing more
 *   merge       nothing more; it alone names two records in "prev", sorted
 *   policy      "resource" and the rules: see `policy-codec.ts`; of version 2 or 3 where it has rules that came with it
 * texts.json    {"reason","salt","type":"authority-texts","v":1}
 *               {"tombstone","type":"redacted-texts","v":1}, see `redacted-texts.ts`
 *
 * A record by which others' consent was used up, a freeze that nobody waited with, and a policy of newer rules have
 * version 3, and "consents" besides: the requests, sorted by code units. No record has a higher version than it needs.
 *
 * Canonical JSON. The record's id is the hash of kind "authority" of its bytes.
 */

const LARGEST_RECORD = 256 * 1024;
const LARGEST_TEXTS = 64 * 1024;
const SALT = /^[A-Za-z0-9_-]{22}$/;

/** Encodes a record; what is hashed and signed. */
export function encodeAuthorityRecord(record: AuthorityRecord): Uint8Array {
  const { body, consents = [], ...envelope } = record;
  const v = recordVersion(record);
  const used = v === 3 ? { consents } : {};
  return encodeCanonical({ type: 'authority', v, ...envelope, ...used, ...encodeBody(body, v) });
}

/** There are not two ways to write one record. */
function recordVersion({ body, consents = [] }: AuthorityRecord): RecordVersion {
  if (consents.length > 0 || (body.kind === 'freeze' && body.breakGlass === true)) return 3;
  return body.kind === 'policy' ? rulesVersion(body.rules) : 1;
}

/** The id of a record: of the genesis it names the repository. */
export function authorityId(hasher: Hasher, record: AuthorityRecord): AuthorityId {
  return formatId('hg', hasher.hash('authority', encodeAuthorityRecord(record)));
}

/** Decodes a record strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Decides nothing: see the fold. */
export function decodeAuthorityRecord(bytes: Uint8Array): AuthorityRecord {
  const reader = new JsonReader(
    decodeCanonical(bytes, 'authority record', LARGEST_RECORD),
    'authority record',
  );
  const version = reader.oneOfVersions('authority', [1, 2, 3]);
  const repo = reader.nullableString('repo');
  const chain = reader.nullableString('chain');
  const texts = reader.nullableString('texts');
  const record: AuthorityRecord = {
    repo: repo === null ? null : parseId('hg', repo),
    seq: reader.integer('seq'),
    prev: reader.strings('prev', 2).map((id) => parseId('hg', id)),
    by: readPrincipal(reader, 'by'),
    holder: readPublicKey(reader, 'holder'),
    chain: chain === null ? null : parseDigest(chain),
    at: parseInstant(reader.string('at')),
    body: readBody(reader, version),
    texts: texts === null ? null : parseDigest(texts),
    ...(version === 3 ? readConsents(reader) : {}),
  };
  reader.end();
  if (recordVersion(record) !== version) throw reader.invalid('has no proper version');
  return record;
}

/** One operation asks for few things. */
const MOST_CONSENTS = 16;

function readConsents(reader: JsonReader): Pick<AuthorityRecord, 'consents'> {
  const named = reader.strings('consents', MOST_CONSENTS);
  if (!named.every((name, index) => index === 0 || (named[index - 1] ?? '') < name)) {
    throw reader.invalid('has no proper consents');
  }
  return named.length === 0 ? {} : { consents: named.map((name) => parseId('hq', name)) };
}

/** The sidecar of a record: why, in its author's words. */
export interface AuthorityTexts {
  /** 16 random bytes, base64url. */
  readonly salt: string;
  readonly reason: string | null;
}

/** Encodes the sidecar. */
export function encodeAuthorityTexts(texts: AuthorityTexts): Uint8Array {
  return encodeCanonical({ type: 'authority-texts', v: 1, salt: texts.salt, reason: texts.reason });
}

/** Decodes the sidecar strictly, or what stands in its place; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeAuthorityTexts(bytes: Uint8Array): AuthorityTexts | RedactedTexts {
  const reader = new JsonReader(decodeCanonical(bytes, 'authority texts', LARGEST_TEXTS), 'authority texts');
  const redacted = readRedactedTexts(reader);
  if (redacted !== undefined) return redacted;
  reader.version('authority-texts', 1);
  const texts = { salt: reader.string('salt', 22), reason: reader.nullableString('reason', LARGEST_TEXTS) };
  reader.end();
  if (!SALT.test(texts.salt)) throw reader.invalid('has no proper salt');
  return texts;
}
