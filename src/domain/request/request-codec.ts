import { REQUEST_OPERATIONS, ROLES, type RequestOperation, type Role } from '#domain/authority/role.ts';
import { DENIAL_CODES, type DenialCode } from '#domain/decision/decision.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatId, type RequestId } from '#domain/id.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import { instantMilliseconds, parseInstant, type Instant } from '#domain/time.ts';

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
export interface AccessRequest extends RequestedAct, SignedFields {
  /** 16 random bytes, base64url. */
  readonly nonce: string;
  readonly expires: Instant;
  /** The code of the denial that led to it; null where none did. */
  readonly code: DenialCode | null;
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
    ...signedFieldsJson(request),
    operation: request.operation,
    resources: [...request.resources],
    own: request.own,
    granting: request.granting,
    nonce: request.nonce,
    expires: request.expires,
    code: request.code,
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
    ...readSignedFields(reader),
    operation: reader.oneOf('operation', REQUEST_OPERATIONS),
    resources: readResources(reader),
    own: reader.boolean('own'),
    granting: reader.nullable('granting', () => reader.oneOf('granting', ROLES)),
    nonce: reader.string('nonce', 22),
    expires: parseInstant(reader.string('expires')),
    code: reader.nullable('code', () => reader.oneOf('code', DENIAL_CODES)),
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
