import { equalBytes, formatHex } from '#domain/encoding/bytes.ts';
import type { AuthorityBlock, PublicKeyHex, TokenBlock } from '#domain/token/token.ts';
import type { RawEd25519 } from '#ports/keys.ts';
import { decodeBlock, encodeBlock, type BlockParty } from './wire/block-codec.ts';
import { lintBlock } from './block-lint.ts';
import { toAttenuation, toAuthority, toDatalog, toDelegation } from './block-shape.ts';
import {
  decodeContainer,
  encodeContainer,
  type Container,
  type Proof,
  type SignedBlock,
} from './wire/container.ts';
import { blockPayload, externalPayload, sealPayload } from './wire/payload.ts';
import { malformed, tampered } from './wire/refusal.ts';
import { SymbolTable } from './wire/symbols.ts';

/** A token that is exactly one of ours; its signatures are a further question. */
export interface DecodedToken {
  readonly container: Container;
  readonly authority: AuthorityBlock;
  readonly blocks: readonly TokenBlock[];
  /** Who holds the token after each block. */
  readonly holders: readonly PublicKeyHex[];
}

/** Decodes and lints a token: what it holds encodes to the same bytes again. Throws `TokenRefusal`. */
export function decodeToken(bytes: Uint8Array, keys: RawEd25519): DecodedToken {
  const container = decodeContainer(bytes);
  if (!equalBytes(encodeContainer(container), bytes)) throw malformed('the token is not encoded canonically');
  const shared = new SymbolTable();
  const [first, ...rest] = container.blocks;
  if (first === undefined || first.external !== null) throw malformed('the first block is third-party');
  const authority = toAuthority(decodeContents(first, shared));
  const blocks: TokenBlock[] = [authority];
  for (const signed of rest) {
    const contents = decodeContents(signed, shared);
    blocks.push(signed.external === null ? toAttenuation(contents) : toDelegation(contents));
  }
  const holders = walkHolders(authority, blocks);
  lintAll(container, { blocks, holders }, keys);
  return { container, authority, blocks, holders };
}

/**
 * Verifies every signature but the first block's, the proof included, and that each delegation was signed
 * by the holder before it. Throws `TokenRefusal`.
 */
export function verifyBelowRoot(token: DecodedToken, keys: RawEd25519): void {
  const { blocks, proof } = token.container;
  for (const [index, signed] of blocks.entries()) {
    const before = blocks[index - 1];
    if (before === undefined) continue;
    const payload = blockPayload(signed, before.signature);
    if (!keys.verifyRaw(formatHex(before.nextKey), payload, signed.signature)) {
      throw tampered(`the signature of block ${index} does not hold`);
    }
    verifyExternal(token, index, keys);
  }
  const last = blocks.at(-1);
  if (last === undefined || !holdsProof(last, proof, keys)) throw tampered('the proof does not hold');
}

/** The candidate that signed the first block; undefined where none did. */
export function findRoot(
  token: DecodedToken,
  candidates: readonly PublicKeyHex[],
  keys: RawEd25519,
): PublicKeyHex | undefined {
  const first = token.container.blocks[0];
  if (first === undefined) return undefined;
  const payload = blockPayload(first, null);
  return candidates.find((candidate) => keys.verifyRaw(candidate, payload, first.signature));
}

/** A third-party block has its own symbols; those of the others add up in `shared`. */
function decodeContents(signed: SignedBlock, shared: SymbolTable): ReturnType<typeof decodeBlock> {
  const symbols = signed.external === null ? shared : new SymbolTable();
  return decodeBlock(signed.block, party(signed), symbols);
}

function lintAll(
  container: Container,
  { blocks, holders }: Pick<DecodedToken, 'blocks' | 'holders'>,
  keys: RawEd25519,
): void {
  const shared = new SymbolTable();
  for (const [index, block] of blocks.entries()) {
    const signed = container.blocks[index];
    if (signed === undefined) throw malformed('a block is missing');
    lintBlock(block, keys, holders[index - 1]);
    const symbols = signed.external === null ? shared : new SymbolTable();
    const again = encodeBlock(toDatalog(block), party(signed), symbols);
    if (!equalBytes(again, signed.block)) throw malformed(`block ${index} is not as heddle writes it`);
  }
}

function party(signed: SignedBlock): BlockParty {
  return signed.external === null ? 'first-party' : 'third-party';
}

function walkHolders(authority: AuthorityBlock, blocks: readonly TokenBlock[]): readonly PublicKeyHex[] {
  let holder = authority.holder;
  return blocks.map((block) => {
    if (block.kind !== 'attenuation') holder = block.holder;
    return holder;
  });
}

function verifyExternal(token: DecodedToken, index: number, keys: RawEd25519): void {
  const signed = token.container.blocks[index];
  const before = token.container.blocks[index - 1];
  if (signed === undefined || before === undefined || signed.external === null) return;
  const holder = token.holders[index - 1];
  if (holder === undefined || formatHex(signed.external.key) !== holder) {
    throw tampered(`block ${index} was not signed by the holder before it`);
  }
  const payload = externalPayload(signed.block, before.signature);
  if (!keys.verifyRaw(holder, payload, signed.external.signature)) {
    throw tampered(`the holder's signature of block ${index} does not hold`);
  }
}

/** An open token's next secret is right where the seal that it would make verifies. */
function holdsProof(last: SignedBlock, proof: Proof, keys: RawEd25519): boolean {
  const payload = sealPayload(last);
  const signature = proof.kind === 'sealed' ? proof.signature : keys.signRaw(proof.nextSecret, payload);
  return keys.verifyRaw(formatHex(last.nextKey), payload, signature);
}
