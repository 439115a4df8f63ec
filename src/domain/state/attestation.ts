import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import type { AttestedSubject, Attestation } from './state.ts';

/*
 * attestation.json   {"holder","sig","subject","type":"attestation","v":1}
 *
 * Canonical JSON. `sig` signs the hash behind `subject`, by `holder`. The subject is the id of a state, an authority
 * record, a tombstone or a request, or the bare digest of a lift, a purge, a receipt or an answer.
 */

const LARGEST = 1024;
const SIGNATURE_BYTES = 64;
const PREFIXES = ['hs', 'hg', 'hr', 'hq'] as const;

/** Encodes `attestation.json`, the signature beside a record. */
export function encodeAttestation(attestation: Attestation): Uint8Array {
  return encodeCanonical({
    type: 'attestation',
    v: 1,
    subject: attestation.subject,
    holder: attestation.holder,
    sig: formatBase64Url(attestation.sig),
  });
}

/**
 * Decodes `attestation.json` strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Whether its subject is the
 * record that it lies beside, and whether the signature verifies, is for the caller.
 */
export function decodeAttestation(bytes: Uint8Array): Attestation {
  const reader = new JsonReader(decodeCanonical(bytes, 'attestation', LARGEST), 'attestation');
  reader.version('attestation', 1);
  const subject = readSubject(reader.string('subject'));
  const holder = readPublicKey(reader, 'holder');
  const sig = parseBase64Url(reader.string('sig', 86));
  if (sig?.length !== SIGNATURE_BYTES) throw reader.invalid('has no proper sig');
  reader.end();
  return { subject, holder, sig };
}

function readSubject(text: string): AttestedSubject {
  const prefix = PREFIXES.find((candidate) => text.startsWith(`${candidate}-`));
  return prefix === undefined ? parseDigest(text) : parseId(prefix, text);
}
