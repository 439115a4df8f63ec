import { concatBytes, formatHex } from '#domain/encoding/bytes.ts';
import type { RawEd25519 } from '#ports/keys.ts';
import { Message } from '#tokens/wire/message.ts';
import { blockPayload, externalPayload, sealPayload } from '#tokens/wire/payload.ts';

interface LooseKey {
  readonly algorithm: number;
  readonly key: Uint8Array;
}
interface LooseBlock {
  readonly block: Uint8Array;
  readonly nextKey: LooseKey;
  readonly signature: Uint8Array;
  readonly external: { readonly signature: Uint8Array; readonly key: LooseKey } | null;
  readonly version: number;
}
export interface LooseToken {
  readonly blocks: readonly LooseBlock[];
  readonly nextSecret: Uint8Array | undefined;
  readonly finalSignature: Uint8Array | undefined;
}

export type LooseVerdict =
  | { readonly kind: 'good'; readonly versions: readonly number[] }
  | { readonly kind: 'bad' }
  | { readonly kind: 'secp256r1' };

/** Reads any Biscuit's container: root key ids, both payload versions, any algorithm. */
export function readLoosely(bytes: Uint8Array): LooseToken {
  const token = new Message(bytes, { 1: 'number', 2: 'bytes', 3: 'bytess', 4: 'bytes' }, 'a token');
  const proof = new Message(token.bytes(4), { 1: 'bytes', 2: 'bytes' }, 'a proof');
  return {
    blocks: [token.bytes(2), ...token.list(3)].map(readBlock),
    nextSecret: proof.optionalBytes(1),
    finalSignature: proof.optionalBytes(2),
  };
}

function readBlock(bytes: Uint8Array): LooseBlock {
  const shape = { 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'bytes', 5: 'number' } as const;
  const message = new Message(bytes, shape, 'a block');
  const external = message.optionalBytes(4);
  return {
    block: message.bytes(1),
    nextKey: readKey(message.bytes(2)),
    signature: message.bytes(3),
    external: external === undefined ? null : readExternal(external),
    version: message.optionalNumber(5) ?? 0,
  };
}

function readExternal(bytes: Uint8Array): { readonly signature: Uint8Array; readonly key: LooseKey } {
  const message = new Message(bytes, { 1: 'bytes', 2: 'bytes' }, 'an external signature');
  return { signature: message.bytes(1), key: readKey(message.bytes(2)) };
}

function readKey(bytes: Uint8Array): LooseKey {
  const message = new Message(bytes, { 1: 'number', 2: 'bytes' }, 'a key');
  return { algorithm: message.number(1), key: message.bytes(2) };
}

/** Verifies a whole token on raw Ed25519; version 1 with the product's payloads, version 0 with those below. */
export function verifyLoosely(token: LooseToken, root: Uint8Array, keys: RawEd25519): LooseVerdict {
  const used = token.blocks.flatMap((block) => [
    block.nextKey,
    ...(block.external === null ? [] : [block.external.key]),
  ]);
  if (used.some((key) => key.algorithm !== 0)) return { kind: 'secp256r1' };
  let signer = root;
  let previous: Uint8Array | null = null;
  for (const block of token.blocks) {
    const { external } = block;
    if (!keys.verifyRaw(formatHex(signer), payload(block, previous), block.signature)) return { kind: 'bad' };
    if (external !== null && previous !== null) {
      const message = externalPayload(block.block, previous);
      if (!keys.verifyRaw(formatHex(external.key.key), message, external.signature)) return { kind: 'bad' };
    }
    signer = block.nextKey.key;
    previous = block.signature;
  }
  return sealHolds(token, keys)
    ? { kind: 'good', versions: token.blocks.map(({ version }) => version) }
    : { kind: 'bad' };
}

function payload(block: LooseBlock, previous: Uint8Array | null): Uint8Array {
  if (block.version === 1)
    return blockPayload({ ...block, nextKey: block.nextKey.key, external: flat(block) }, previous);
  const external = block.external === null ? [] : [block.external.signature];
  return concatBytes(block.block, ...external, new Uint8Array(4), block.nextKey.key);
}

function flat({ external }: LooseBlock): { readonly signature: Uint8Array; readonly key: Uint8Array } | null {
  return external === null ? null : { signature: external.signature, key: external.key.key };
}

function sealHolds(token: LooseToken, keys: RawEd25519): boolean {
  const last = token.blocks.at(-1);
  if (last === undefined) return false;
  const message = sealPayload({ ...last, nextKey: last.nextKey.key, external: null });
  const seal = token.finalSignature ?? keys.signRaw(token.nextSecret ?? new Uint8Array(), message);
  return keys.verifyRaw(formatHex(last.nextKey.key), message, seal);
}
