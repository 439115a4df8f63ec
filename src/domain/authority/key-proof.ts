import type { KeyProof, PrincipalKeys } from './authority.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher, HashKind } from '#domain/hash.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { isPrincipal } from '#domain/actor/principal.ts';
import type { Instant } from '#domain/time.ts';
import type { AuthorityBlock, PublicKeyHex, TokenChain } from '#domain/token/token.ts';

/*
 * statement        {"principal","record","root","type":"key-proof","v":1}
 * exported key     heddle-key:<base64url of
 *                  {"principal","record","recordProof","root","rootProof","type":"key-export","v":1}>
 *
 * Canonical JSON. The record key signs the hash of kind "authority" of the statement. The root key, which signs
 * authority blocks and nothing else, proves itself by a sealed token that expired when it was issued.
 */

const PREFIX = 'heddle-key:';
const LARGEST = 16 * 1024;

/** The session of proof tokens. No decision accepts a token of this session. */
export const KEY_PROOF_SESSION = 'key-proof';

/** Registered keys with the proof that both are possessed, as one principal gives them to another. */
export interface KeyExport {
  readonly principal: string;
  readonly keys: PrincipalKeys;
  readonly proof: KeyProof;
}

/** What the record key signs with kind "authority": the hash of the statement. */
export function keyProofHash(hasher: Hasher, principal: string, keys: PrincipalKeys): Uint8Array {
  const statement = encodeCanonical({
    type: 'key-proof',
    v: 1,
    principal,
    root: keys.root,
    record: keys.record,
  });
  return hasher.hash('authority', statement);
}

/** The authority block of a proof token: valid until the moment it is issued, held by the record key. */
export function keyProofBlock(
  principal: string,
  keys: PrincipalKeys,
  at: Instant,
): Omit<AuthorityBlock, 'kind' | 'tokenVersion'> {
  return {
    principal,
    session: KEY_PROOF_SESSION,
    repo: '*',
    holder: keys.record,
    issued: at,
    checks: [{ kind: 'time', notAfter: at }],
  };
}

/** Formats an exported key: one word, safe to paste. Holds public keys only. */
export function formatKeyExport({ principal, keys, proof }: KeyExport): string {
  const { root, record } = keys;
  const { rootProof, recordProof } = proof;
  const bytes = encodeCanonical({
    type: 'key-export',
    v: 1,
    principal,
    root,
    record,
    rootProof,
    recordProof,
  });
  return `${PREFIX}${formatBase64Url(bytes)}`;
}

/** Parses an exported key; throws `KEY_REJECTED`. Its proof is not checked: see {@link keyProofProblem}. */
export function parseKeyExport(text: string): KeyExport {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  if (encoded === '' || encoded.length > LARGEST * 2) throw rejected('it does not begin with heddle-key:');
  const bytes = parseBase64Url(encoded);
  if (bytes === undefined) throw rejected('it is not base64url');
  try {
    return readKeyExport(bytes);
  } catch (cause: unknown) {
    if (cause instanceof HeddleError) throw rejected(cause.message, cause);
    throw cause;
  }
}

function readKeyExport(bytes: Uint8Array): KeyExport {
  const reader = new JsonReader(decodeCanonical(bytes, 'exported key', LARGEST), 'exported key');
  reader.version('key-export', 1);
  const principal = reader.string('principal');
  if (!isPrincipal(principal)) throw reader.invalid('has no proper principal');
  const keys = { root: readPublicKey(reader, 'root'), record: readPublicKey(reader, 'record') };
  const proof = {
    rootProof: reader.string('rootProof', 8192),
    recordProof: reader.string('recordProof', 86),
  };
  reader.end();
  return { principal, keys, proof };
}

function rejected(why: string, cause?: unknown): HeddleError {
  return new HeddleError('KEY_REJECTED', `not an exported key: ${why}`, { cause });
}

/** What checking a proof needs from outside the domain. */
export interface KeyProofVerifier {
  readonly hasher: Hasher;
  /** Strict: false for anything that is not a good signature by a sound key. */
  readonly verifySignature: (
    kind: HashKind,
    hash: Uint8Array,
    signature: Uint8Array,
    publicKey: PublicKeyHex,
  ) => boolean;
  /** The strict token reader under one root key; undefined for what it refuses. */
  readonly readToken: (token: Uint8Array, root: PublicKeyHex) => TokenChain | undefined;
}

/** What is wrong with a proof of possession, or undefined where both keys are proven. */
export function keyProofProblem(key: KeyExport, verifier: KeyProofVerifier): string | undefined {
  const { principal, keys, proof } = key;
  if (keys.root === keys.record) return 'root key and record key are one key';
  const signature = parseBase64Url(proof.recordProof);
  const hash = keyProofHash(verifier.hasher, principal, keys);
  if (signature?.length !== 64 || !verifier.verifySignature('authority', hash, signature, keys.record)) {
    return 'the record key does not prove itself';
  }
  const token = parseBase64Url(proof.rootProof);
  const chain = token === undefined ? undefined : verifier.readToken(token, keys.root);
  return chain !== undefined && isProofToken(chain, principal, keys)
    ? undefined
    : 'the root key does not prove itself';
}

function isProofToken(chain: TokenChain, principal: string, keys: PrincipalKeys): boolean {
  const { authority } = chain;
  const [check, ...others] = authority.checks;
  return (
    chain.root === keys.root &&
    chain.sealed &&
    chain.blocks.length === 1 &&
    authority.principal === principal &&
    authority.session === KEY_PROOF_SESSION &&
    authority.repo === '*' &&
    authority.holder === keys.record &&
    check?.kind === 'time' &&
    check.notAfter <= authority.issued &&
    others.length === 0
  );
}
