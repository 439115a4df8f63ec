import { TOKEN_LIMITS } from './limits.ts';
import { Message, writeMessage } from './message.ts';
import { malformed } from './refusal.ts';

/*
 * The container of a Biscuit (specification, version 3, schema.proto):
 *
 *   Biscuit            1 root key id (never ours) · 2 authority · 3 blocks … · 4 proof
 *   SignedBlock        1 block · 2 next key · 3 signature · 4 external signature · 5 version
 *   ExternalSignature  1 signature · 2 key
 *   PublicKey          1 algorithm (0 is Ed25519) · 2 key
 *   Proof              1 next secret | 2 final signature
 */

export interface ExternalSignature {
  readonly signature: Uint8Array;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** One block as it is signed; its contents are still bytes. */
export interface SignedBlock {
  readonly block: Uint8Array;
  /** 32 bytes; who signs the next block, or the seal. */
  readonly nextKey: Uint8Array;
  /** 64 bytes; also the block's revocation id. */
  readonly signature: Uint8Array;
  readonly external: ExternalSignature | null;
}

export type Proof =
  | { readonly kind: 'open'; readonly nextSecret: Uint8Array }
  | { readonly kind: 'sealed'; readonly signature: Uint8Array };

export interface Container {
  /** The authority block first; never empty. */
  readonly blocks: readonly SignedBlock[];
  readonly proof: Proof;
}

/** The version of signed payloads: 1 alone, the one that binds a block to the signature before it. */
export const SIGNATURE_VERSION = 1;
const ED25519 = 0;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Decodes the container strictly; throws `TokenRefusal`. Verifies nothing. */
export function decodeContainer(bytes: Uint8Array): Container {
  if (bytes.length > TOKEN_LIMITS.tokenBytes) throw malformed('the token is longer than 16 KiB');
  const message = new Message(bytes, { 2: 'bytes', 3: 'bytess', 4: 'bytes' }, 'the token');
  const signed = [message.bytes(2), ...message.list(3)];
  if (signed.length > TOKEN_LIMITS.blocks) throw malformed('the token has more than 12 blocks');
  return { blocks: signed.map(decodeSignedBlock), proof: decodeProof(message.bytes(4)) };
}

/** Encodes a container; {@link decodeContainer} gives it back. */
export function encodeContainer(container: Container): Uint8Array {
  const [authority, ...rest] = container.blocks.map(encodeSignedBlock);
  const { proof } = container;
  const inner = proof.kind === 'open' ? ([1, proof.nextSecret] as const) : ([2, proof.signature] as const);
  return writeMessage([
    [2, authority],
    ...rest.map((block) => [3, block] as const),
    [4, writeMessage([inner])],
  ]);
}

function decodeSignedBlock(bytes: Uint8Array): SignedBlock {
  const shape = { 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'bytes', 5: 'number' } as const;
  const message = new Message(bytes, shape, 'a signed block');
  if (message.optionalNumber(5) !== SIGNATURE_VERSION) throw malformed('a block is not signed in version 1');
  const external = message.optionalBytes(4);
  return {
    block: message.bytes(1),
    nextKey: decodeKey(message.bytes(2)),
    signature: sized(message.bytes(3), SIGNATURE_BYTES, 'a signature'),
    external: external === undefined ? null : decodeExternal(external),
  };
}

function encodeSignedBlock(signed: SignedBlock): Uint8Array {
  return writeMessage([
    [1, signed.block],
    [2, encodeKey(signed.nextKey)],
    [3, signed.signature],
    [4, signed.external === null ? undefined : encodeExternal(signed.external)],
    [5, SIGNATURE_VERSION],
  ]);
}

function decodeExternal(bytes: Uint8Array): ExternalSignature {
  const message = new Message(bytes, { 1: 'bytes', 2: 'bytes' }, 'an external signature');
  return {
    key: decodeKey(message.bytes(2)),
    signature: sized(message.bytes(1), SIGNATURE_BYTES, 'an external signature'),
  };
}

function encodeExternal(external: ExternalSignature): Uint8Array {
  return writeMessage([
    [1, external.signature],
    [2, encodeKey(external.key)],
  ]);
}

function decodeKey(bytes: Uint8Array): Uint8Array {
  const message = new Message(bytes, { 1: 'number', 2: 'bytes' }, 'a public key');
  // secp256r1 signatures are malleable, and with them revocation ids.
  if (message.number(1) !== ED25519) throw malformed('a key is not an Ed25519 key');
  return sized(message.bytes(2), KEY_BYTES, 'a public key');
}

function encodeKey(key: Uint8Array): Uint8Array {
  return writeMessage([
    [1, ED25519],
    [2, key],
  ]);
}

function decodeProof(bytes: Uint8Array): Proof {
  const message = new Message(bytes, { 1: 'bytes', 2: 'bytes' }, 'the proof');
  const nextSecret = message.optionalBytes(1);
  const signature = message.optionalBytes(2);
  if (nextSecret !== undefined && signature === undefined) {
    return { kind: 'open', nextSecret: sized(nextSecret, KEY_BYTES, 'the next secret') };
  }
  if (signature !== undefined && nextSecret === undefined) {
    return { kind: 'sealed', signature: sized(signature, SIGNATURE_BYTES, 'the seal') };
  }
  throw malformed('the proof is neither a next secret nor a seal');
}

function sized(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length) throw malformed(`${what} is not ${length} bytes long`);
  return bytes;
}
