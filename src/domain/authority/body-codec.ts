import { isPrincipal } from '#domain/actor/principal.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { encodeRules, readRules, type RecordVersion } from '#domain/policy/policy-codec.ts';
import { parseResource } from '#domain/resource/resource.ts';
import { parseInstant } from '#domain/time.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import type { AuthorityBody, PrincipalKeys } from './authority.ts';
import { ROLES } from './role.ts';

const LARGEST_PROOF = 8192;

/** What a record says, as fields of a record of a version. */
export function encodeBody(body: AuthorityBody, version: RecordVersion): Readonly<Record<string, Json>> {
  if (body.kind === 'genesis') return { ...body, owners: body.owners.map((owner) => ({ ...owner })) };
  if (body.kind === 'policy') {
    return { kind: body.kind, resource: body.resource, ...encodeRules(body.rules, version) };
  }
  if (body.kind === 'freeze') {
    const { kind, seen, breakGlass = false } = body;
    return version === 3 ? { kind, seen, breakGlass } : { kind, seen };
  }
  if (body.kind !== 'key' || body.action === 'revoke') return { ...body };
  const { kind, action, principal, keys, proof } = body;
  return { kind, action, principal, ...keys, ...proof };
}

const KINDS = [
  'genesis',
  'key',
  'grant',
  'replica',
  'revoke',
  'freeze',
  'unfreeze',
  'policy',
  'merge',
] as const;

/** Kinds that have version 3, which names consents; of version 2 there are only policies. */
export const NAMES_CONSENTS: readonly AuthorityBody['kind'][] = [
  'key',
  'grant',
  'freeze',
  'unfreeze',
  'policy',
];

function hasVersion(kind: AuthorityBody['kind'], version: RecordVersion): boolean {
  if (version === 1) return true;
  return version === 2 ? kind === 'policy' : NAMES_CONSENTS.includes(kind);
}

/** Reads what a record says strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function readBody(reader: JsonReader, version: RecordVersion): AuthorityBody {
  const kind = reader.oneOf('kind', KINDS);
  if (!hasVersion(kind, version)) throw reader.unknownVersion('authority', version);
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
      return { kind, seen: readSeen(reader), ...readBreakGlass(reader, version) };
    case 'unfreeze':
    case 'merge':
      return { kind };
    case 'policy':
      return { kind, resource: readResource(reader), rules: readRules(reader, version) };
  }
}

function readBreakGlass(reader: JsonReader, version: RecordVersion): { readonly breakGlass?: true } {
  return version === 3 && reader.boolean('breakGlass') ? { breakGlass: true } : {};
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

/** Reads the name of a principal. */
export function readPrincipal(reader: JsonReader, name: string): string {
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
