import type { AuthorityBody, AuthorityRecord, PrincipalKeys } from './authority.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type AuthorityId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { isPrincipal } from '#domain/actor/principal.ts';
import { encodeRules, readRules, rulesVersion } from '#domain/policy/policy-codec.ts';
import { parseResource } from '#domain/resource/resource.ts';
import { ROLES } from './role.ts';
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
 *   freeze      "seen"
 *   unfreeze    nothing more
 *   policy      "resource" and the rules: see `policy-codec.ts`; of version 2 where it has rules that came with it
 * texts.json    {"reason","salt","type":"authority-texts","v":1}
 *               {"tombstone","type":"redacted-texts","v":1}, see `redacted-texts.ts`
 *
 * Canonical JSON. The record's id is the hash of kind "authority" of its bytes.
 */

const LARGEST_RECORD = 256 * 1024;
const LARGEST_TEXTS = 64 * 1024;
const LARGEST_PROOF = 8192;
const SALT = /^[A-Za-z0-9_-]{22}$/;

/** Encodes a record; what is hashed and signed. */
export function encodeAuthorityRecord(record: AuthorityRecord): Uint8Array {
  const { body, ...envelope } = record;
  const v = body.kind === 'policy' ? rulesVersion(body.rules) : 1;
  return encodeCanonical({ type: 'authority', v, ...envelope, ...encodeBody(body) });
}

/** The id of a record: of the genesis it names the repository. */
export function authorityId(hasher: Hasher, record: AuthorityRecord): AuthorityId {
  return formatId('hg', hasher.hash('authority', encodeAuthorityRecord(record)));
}

function encodeBody(body: AuthorityBody): Readonly<Record<string, Json>> {
  if (body.kind === 'genesis') return { ...body, owners: body.owners.map((owner) => ({ ...owner })) };
  if (body.kind === 'policy') return { kind: body.kind, resource: body.resource, ...encodeRules(body.rules) };
  if (body.kind !== 'key' || body.action === 'revoke') return { ...body };
  const { kind, action, principal, keys, proof } = body;
  return { kind, action, principal, ...keys, ...proof };
}

/** Decodes a record strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Decides nothing: see the fold. */
export function decodeAuthorityRecord(bytes: Uint8Array): AuthorityRecord {
  const reader = new JsonReader(
    decodeCanonical(bytes, 'authority record', LARGEST_RECORD),
    'authority record',
  );
  const version = reader.oneOfVersions('authority', [1, 2]);
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
  };
  reader.end();
  return record;
}

const KINDS = ['genesis', 'key', 'grant', 'replica', 'revoke', 'freeze', 'unfreeze', 'policy'] as const;

function readBody(reader: JsonReader, version: 1 | 2): AuthorityBody {
  const kind = reader.oneOf('kind', KINDS);
  if (version !== 1 && kind !== 'policy') throw reader.unknownVersion('authority', version);
  switch (kind) {
    case 'genesis':
      return readGenesis(reader);
    case 'key':
      return readKeyBody(reader);
    case 'grant':
      return readGrant(reader);
    case 'replica':
      return { kind, replica: parseDigest(reader.string('replica')), key: readPublicKey(reader, 'key') };
    case 'revoke':
      return readRevoke(reader);
    case 'freeze':
      return { kind, seen: readSeen(reader) };
    case 'unfreeze':
      return { kind };
    case 'policy':
      return { kind, resource: readResource(reader), rules: readRules(reader, version) };
  }
}

function readGenesis(reader: JsonReader): AuthorityBody {
  const nonce = reader.string('nonce', 22);
  if (parseBase64Url(nonce)?.length !== 16) throw reader.invalid('has no proper nonce');
  const owners = reader.list('owners', readOwner, 64);
  return { kind: 'genesis', resource: readResource(reader), owners, nonce };
}

function readOwner(item: Json): { readonly principal: string } & PrincipalKeys {
  const reader = new JsonReader(item, 'owner');
  const owner = { principal: readPrincipal(reader, 'principal'), ...readKeys(reader) };
  reader.end();
  return owner;
}

function readKeyBody(reader: JsonReader): AuthorityBody {
  const action = reader.oneOf('action', ['add', 'rotate', 'revoke']);
  const principal = readPrincipal(reader, 'principal');
  if (action === 'revoke') {
    return { kind: 'key', action, principal, root: readPublicKey(reader, 'root'), seen: readSeen(reader) };
  }
  const proof = {
    rootProof: reader.string('rootProof', LARGEST_PROOF),
    recordProof: reader.string('recordProof', 86),
  };
  return { kind: 'key', action, principal, keys: readKeys(reader), proof };
}

function readGrant(reader: JsonReader): AuthorityBody {
  const action = reader.oneOf('action', ['add', 'remove']);
  if (action === 'remove') {
    return { kind: 'grant', action, grant: parseId('hg', reader.string('grant')), seen: readSeen(reader) };
  }
  const until = reader.nullableString('until');
  return {
    kind: 'grant',
    action,
    principal: readPrincipal(reader, 'principal'),
    role: reader.oneOf('role', ROLES),
    resource: readResource(reader),
    until: until === null ? null : parseInstant(until),
  };
}

function readRevoke(reader: JsonReader): AuthorityBody {
  const session = reader.nullableString('session', 200);
  const block = reader.nullableString('block', 128);
  if (session === '') throw reader.invalid('has no proper session');
  if (block !== null && !/^[0-9a-f]{128}$/.test(block)) throw reader.invalid('has no proper block');
  if ((session === null) === (block === null))
    throw reader.invalid('names not just one of session and block');
  return { kind: 'revoke', session, block, seen: readSeen(reader) };
}

function readPrincipal(reader: JsonReader, name: string): string {
  const principal = reader.string(name);
  if (!isPrincipal(principal)) throw reader.invalid(`has no proper ${name}`);
  return principal;
}

function readKeys(reader: JsonReader): PrincipalKeys {
  return { root: readPublicKey(reader, 'root'), record: readPublicKey(reader, 'record') };
}

function readResource(reader: JsonReader): string {
  const resource = reader.string('resource', 4096);
  try {
    parseResource(resource);
  } catch (error: unknown) {
    if (!(error instanceof HeddleError)) throw error;
    throw reader.invalid('has no proper resource');
  }
  return resource;
}

function readSeen(reader: JsonReader): readonly string[] {
  return reader.strings('seen', 10_000, 200);
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
