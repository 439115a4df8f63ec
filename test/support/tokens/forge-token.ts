import { rawEd25519 } from '#crypto/ed25519.ts';
import { parseHex } from '#domain/encoding/bytes.ts';
import type { HolderKey } from '#ports/keys.ts';
import { encodeContainer, type SignedBlock } from '#tokens/wire/container.ts';
import { blockPayload, externalPayload } from '#tokens/wire/payload.ts';
import type { EngineBlock, EngineToken, WholeEngine } from './biscuit-engine.ts';
import { readLoosely } from './loose-biscuit.ts';

/** A block in Datalog; with `by` it is third-party, signed by that key. */
export interface ForgedBlock {
  readonly code: string;
  readonly by?: HolderKey;
}

/** Lets the engine encode blocks of any content, then signs them soundly as heddle would. */
export function forgeToken(engine: WholeEngine, root: HolderKey, blocks: readonly ForgedBlock[]): Uint8Array {
  const contents = readLoosely(encodeByEngine(engine, blocks).toBytes()).blocks.map(({ block }) => block);
  return signBlocks(
    root,
    contents.map((block, index) => ({ block, by: blocks[index]?.by })),
  );
}

/** Signs raw block contents soundly, each with the next key of the one before. */
export function signBlocks(
  root: HolderKey,
  blocks: readonly { readonly block: Uint8Array; readonly by?: HolderKey | undefined }[],
): Uint8Array {
  let signer = root.secret;
  const signed: SignedBlock[] = [];
  for (const { block, by } of blocks) {
    const before = signed.at(-1)?.signature ?? null;
    const next = rawEd25519.generateKey();
    const external =
      by === undefined || before === null
        ? null
        : {
            signature: rawEd25519.signRaw(by.secret, externalPayload(block, before)),
            key: bytes(by.publicKey),
          };
    const unsigned = { block, nextKey: bytes(next.publicKey), external };
    signed.push({ ...unsigned, signature: rawEd25519.signRaw(signer, blockPayload(unsigned, before)) });
    signer = next.secret;
  }
  return encodeContainer({ blocks: signed, proof: { kind: 'open', nextSecret: signer } });
}

function encodeByEngine(engine: WholeEngine, blocks: readonly ForgedBlock[]): EngineToken {
  const [first, ...rest] = blocks;
  const builder = new engine.BiscuitBuilder();
  builder.addCode(first?.code ?? '');
  let token = builder.build(new engine.KeyPair(0).getPrivateKey());
  for (const { code, by } of rest) {
    const block: EngineBlock = new engine.BlockBuilder();
    block.addCode(code);
    token = by === undefined ? token.appendBlock(block) : appendThirdParty(engine, token, block);
  }
  return token;
}

function appendThirdParty(engine: WholeEngine, token: EngineToken, block: EngineBlock): EngineToken {
  const pair = new engine.KeyPair(0);
  const made = token.getThirdPartyRequest().createBlock(pair.getPrivateKey(), block);
  return token.appendThirdPartyBlock(pair.getPublicKey(), made);
}

function bytes(hex: string): Uint8Array {
  return parseHex(hex) ?? new Uint8Array();
}

/** Whether the engine verifies a token and evaluates it: any answer about checks counts, an error does not. */
export function engineAccepts(engine: WholeEngine, token: Uint8Array, root: string): boolean {
  try {
    const parsed = engine.Biscuit.fromBytes(token, engine.PublicKey.fromString(root, 0));
    const builder = new engine.AuthorizerBuilder();
    builder.addCode('allow if true');
    builder
      .buildAuthenticated(parsed)
      .authorizeWithLimits({ max_facts: 1000, max_iterations: 100, max_time_micro: 750 });
    return true;
  } catch (error: unknown) {
    return typeof error === 'object' && error !== null && 'FailedLogic' in error;
  }
}
