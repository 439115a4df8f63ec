import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { Actor } from '#domain/actor/actor.ts';
import { REQUEST_OPERATIONS, ROLES, type RequestOperation, type Role } from '#domain/authority/role.ts';
import { DENIAL_CODES, type DenialCode } from '#domain/decision/decision.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, parseDigest, parseId, type AuthorityId, type Digest, type RequestId } from '#domain/id.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import { instantMilliseconds, parseInstant, type Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/*
 * A request asks that somebody make an operation possible for whoever signed it. Canonical JSON:
 *
 *   {"actor","at","chain","code","expires","granting","holder","nonce","operation","own","policy","repo",
 *    "resources","texts","type":"request","v":1}
 *
 * Its id, `hq-`, is the hash of kind "request" of these bytes, which is also what its attestation signs. It never
 * holds a command: what would help is computed anew by whoever answers. Its sidecar: see `reason-texts.ts`.
 */

/** What is asked for, as it was refused. */
export interface RequestedAct {
  readonly operation: RequestOperation;
  /** Formatted, none twice. */
  readonly resources: readonly string[];
  /** True where only the asker's own work is concerned; their word. */
  readonly own: boolean;
  /** The role that a grant would give; null for anything else. */
  readonly granting: Role | null;
}

/** A signed request. */
export interface AccessRequest extends RequestedAct {
  readonly repo: AuthorityId;
  readonly actor: Actor;
  readonly holder: PublicKeyHex;
  readonly chain: Digest;
  readonly policy: AuthorityId;
  /** 16 random bytes, base64url. */
  readonly nonce: string;
  /** The signer's word. */
  readonly at: Instant;
  readonly expires: Instant;
  /** The code of the denial that led to it; null where none did. */
  readonly code: DenialCode | null;
  readonly texts: Digest;
}

export const MOST_RESOURCES = 256;
/** Milliseconds: 30 days. */
export const LONGEST_TTL = 30 * 86_400_000;
const LARGEST_REQUEST = 256 * 1024;
const LONGEST_RESOURCE = 16_384;
const NONCE_BYTES = 16;

/** Encodes a request. */
export function encodeRequest(request: AccessRequest): Uint8Array {
  return encodeCanonical({
    type: 'request',
    v: 1,
    repo: request.repo,
    operation: request.operation,
    resources: [...request.resources],
    own: request.own,
    granting: request.granting,
    actor: encodeActor(request.actor),
    holder: request.holder,
    chain: request.chain,
    policy: request.policy,
    nonce: request.nonce,
    at: request.at,
    expires: request.expires,
    code: request.code,
    texts: request.texts,
  });
}

/** A fresh nonce: two requests for the same are two. */
export function newNonce(random: (length: number) => Uint8Array): string {
  return formatBase64Url(random(NONCE_BYTES));
}

/** The id of a request from its canonical bytes. */
export function requestId(hasher: Hasher, bytes: Uint8Array): RequestId {
  return formatId('hq', hasher.hash('request', bytes));
}

/** Decodes a request strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeRequest(bytes: Uint8Array): AccessRequest {
  const reader = new JsonReader(decodeCanonical(bytes, 'request', LARGEST_REQUEST), 'request');
  reader.version('request', 1);
  const request: AccessRequest = {
    repo: parseId('hg', reader.string('repo')),
    operation: reader.oneOf('operation', REQUEST_OPERATIONS),
    resources: readResources(reader),
    own: reader.boolean('own'),
    granting: reader.nullable('granting', () => reader.oneOf('granting', ROLES)),
    actor: readActor(reader.object('actor')),
    holder: readPublicKey(reader, 'holder'),
    chain: parseDigest(reader.string('chain')),
    policy: parseId('hg', reader.string('policy')),
    nonce: reader.string('nonce', 22),
    at: parseInstant(reader.string('at')),
    expires: parseInstant(reader.string('expires')),
    code: reader.nullable('code', () => reader.oneOf('code', DENIAL_CODES)),
    texts: parseDigest(reader.string('texts')),
  };
  reader.end();
  if (parseBase64Url(request.nonce)?.length !== NONCE_BYTES) throw reader.invalid('has no proper nonce');
  const life = instantMilliseconds(request.expires) - instantMilliseconds(request.at);
  if (life <= 0 || life > LONGEST_TTL) throw reader.invalid('has no proper life');
  return request;
}

function readResources(reader: JsonReader): readonly string[] {
  const resources = reader.strings('resources', MOST_RESOURCES, LONGEST_RESOURCE);
  const canonical = resources.every((resource) => formatResource(parseResource(resource)) === resource);
  if (resources.length === 0 || !canonical || new Set(resources).size < resources.length) {
    throw reader.invalid('has no proper resources');
  }
  return resources;
}
