import { parseHex } from '#domain/encoding/bytes.ts';
import type { AuthorityBlock, DelegationBlock, PublicKeyHex } from '#domain/token/token.ts';
import type { HolderKey, RawEd25519, RootKey } from '#ports/keys.ts';
import { encodeBlock } from './wire/block-codec.ts';
import { lintBlock } from './block-lint.ts';
import { toDatalog } from './block-shape.ts';
import { encodeContainer, type Container, type SignedBlock } from './wire/container.ts';
import { TOKEN_LIMITS } from './wire/limits.ts';
import { blockPayload, externalPayload, sealPayload } from './wire/payload.ts';
import type { DecodedToken } from './reader.ts';
import { malformed } from './wire/refusal.ts';
import { SymbolTable } from './wire/symbols.ts';

/** Signs a first block with a root key. Throws `TokenRefusal` for a block that no reader would take. */
export function mintToken(root: RootKey, authority: AuthorityBlock, keys: RawEd25519): Uint8Array {
  lintBlock(authority, keys, undefined);
  const block = encodeBlock(toDatalog(authority), 'first-party', new SymbolTable());
  const next = keys.generateKey();
  const unsigned = { block, nextKey: keyBytes(next.publicKey), external: null };
  const signature = signChecked(root, blockPayload(unsigned, null), keys);
  return finish({ blocks: [{ ...unsigned, signature }], proof: { kind: 'open', nextSecret: next.secret } });
}

/** Appends a block signed by the current holder. Throws `TokenRefusal`: sealed, another's key, too large. */
export function appendDelegation(
  token: DecodedToken,
  holder: HolderKey,
  delegation: DelegationBlock,
  keys: RawEd25519,
): Uint8Array {
  const { blocks, proof } = token.container;
  const last = blocks.at(-1);
  if (proof.kind === 'sealed' || last === undefined) throw malformed('a sealed token cannot be extended');
  if (token.holders.at(-1) !== holder.publicKey) throw malformed('the key is not the current holder');
  if (blocks.length >= TOKEN_LIMITS.blocks) throw malformed('the token has 12 blocks already');
  lintBlock(delegation, keys, holder.publicKey);
  const block = encodeBlock(toDatalog(delegation), 'third-party', new SymbolTable());
  const next = keys.generateKey();
  const external = {
    signature: signChecked(holder, externalPayload(block, last.signature), keys),
    key: keyBytes(holder.publicKey),
  };
  const unsigned = { block, nextKey: keyBytes(next.publicKey), external };
  const signature = keys.signRaw(proof.nextSecret, blockPayload(unsigned, last.signature));
  const extended: SignedBlock = { ...unsigned, signature };
  return finish({ blocks: [...blocks, extended], proof: { kind: 'open', nextSecret: next.secret } });
}

/** Replaces the proof by the final signature; undefined where the token is sealed already. */
export function sealToken(token: DecodedToken, keys: RawEd25519): Uint8Array | undefined {
  const { blocks, proof } = token.container;
  const last = blocks.at(-1);
  if (proof.kind === 'sealed' || last === undefined) return undefined;
  const signature = keys.signRaw(proof.nextSecret, sealPayload(last));
  return finish({ blocks, proof: { kind: 'sealed', signature } });
}

/** Signs, and refuses a pair whose public half is not the secret's: the token could never be used. */
function signChecked(key: HolderKey, payload: Uint8Array, keys: RawEd25519): Uint8Array {
  const signature = keys.signRaw(key.secret, payload);
  if (!keys.verifyRaw(key.publicKey, payload, signature)) throw malformed('a key pair does not match itself');
  return signature;
}

function finish(container: Container): Uint8Array {
  const bytes = encodeContainer(container);
  if (bytes.length > TOKEN_LIMITS.tokenBytes) throw malformed('the token would be longer than 16 KiB');
  return bytes;
}

function keyBytes(key: PublicKeyHex): Uint8Array {
  const bytes = parseHex(key);
  if (bytes === undefined) throw malformed('a key is not hexadecimal');
  return bytes;
}
