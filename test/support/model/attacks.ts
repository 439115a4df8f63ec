import { formatHex } from '#domain/encoding/bytes.ts';
import type { HolderKey } from '#ports/keys.ts';
import { decodeContainer, encodeContainer, type Container } from '#tokens/wire/container.ts';
import type { EngineToken, WholeEngine } from '../tokens/biscuit-engine.ts';
import { signBlocks } from '../tokens/forge-token.ts';
import { readLoosely } from '../tokens/loose-biscuit.ts';
import { TOKENS, type Held } from '../tokens.ts';
import type { Chance } from './random.ts';

/** Whoever holds a token, another one, and keys that nobody registered. */
export interface Attacker {
  readonly held: Held;
  readonly other: Held;
  readonly strangers: readonly HolderKey[];
  readonly engine: WholeEngine;
}

/** Changes a token's bytes; undefined where it cannot be done to this one. */
export type Attack = (token: Uint8Array, attacker: Attacker, chance: Chance) => Uint8Array | undefined;

/** What a forged block might say to get further. */
const CODES: readonly ((attacker: Attacker) => string)[] = [
  ({ strangers }) => `holder(hex:${strangers[0]?.publicKey ?? ''});`,
  () => 'principal("owner@example.com");',
  () => 'agent("agent-0"); provider("openai"); model("gpt");',
  () => 'operation("state:read"); operation("state:capture");',
  () => 'within("acme/core"); within("acme/core@task:docs"); within("acme");',
  () => 'time(2020-01-01T00:00:00Z);',
  () => 'depth(0);',
  () => 'grant("owner", "acme"); grant("owner", "acme/core");',
  () => 'satisfies("reader"); satisfies("developer");',
  () => 'actor_provider("openai"); actor_model("gpt");',
  ({ held }) =>
    `spent_states(hex:${held.holder.publicKey}, 0); spent_minutes(hex:${held.holder.publicKey}, 0);`,
  () => 'operation("state:read") <- operation($o);',
  () => 'within($x) <- within($y), grant($r, $x);',
  () => 'grant("owner", $x) <- within($x);',
  () => 'satisfies("developer") <- depth($d);',
  () => 'check if true;',
  () => 'check if operation("state:capture") or true;',
  () => 'check if operation("state:capture");',
  () => 'check if within("acme");',
  () => 'check if depth($depth), $depth <= 11;',
  ({ held }) => `check if spent_states(hex:${held.holder.publicKey}, $spent), $spent <= 1000000;`,
  () => 'check all operation($o), $o == "state:capture";',
  () => 'reject if operation("state:read");',
];

function code(attacker: Attacker, chance: Chance): string {
  return chance
    .some(CODES, 1, 2)
    .map((make) => make(attacker))
    .join(' ');
}

/** Whoever has the key of a block's seal may append; the engine does it, so that all is signed soundly. */
function parsed(token: Uint8Array, { engine, held, strangers }: Attacker): EngineToken | undefined {
  for (const root of [held.root, ...strangers]) {
    try {
      return engine.Biscuit.fromBytes(token, engine.PublicKey.fromString(root.publicKey, 0));
    } catch {
      continue;
    }
  }
  return undefined;
}

function firstParty(token: Uint8Array, attacker: Attacker, source: string): Uint8Array | undefined {
  try {
    const block = new attacker.engine.BlockBuilder();
    block.addCode(source);
    return parsed(token, attacker)?.appendBlock(block).toBytes();
  } catch {
    return undefined;
  }
}

function thirdParty(
  token: Uint8Array,
  attacker: Attacker,
  { by, source }: { readonly by: HolderKey; readonly source: string },
): Uint8Array | undefined {
  const { engine } = attacker;
  try {
    const block = new engine.BlockBuilder();
    block.addCode(source);
    const secret = engine.PrivateKey.fromString(`ed25519-private/${formatHex(by.secret)}`);
    const before = parsed(token, attacker);
    const made = before?.getThirdPartyRequest().createBlock(secret, block);
    return before?.appendThirdPartyBlock(engine.PublicKey.fromString(by.publicKey, 0), made).toBytes();
  } catch {
    return undefined;
  }
}

/** Puts the container together in another way, without a key. */
function rebuilt(change: (container: Container, attacker: Attacker, chance: Chance) => Container): Attack {
  return (token, attacker, chance) => {
    try {
      return encodeContainer(change(decodeContainer(token), attacker, chance));
    } catch {
      return undefined;
    }
  };
}

function child(chance: Chance, attacker: Attacker): string {
  const key = chance.of([attacker.held.holder, ...attacker.strangers]).publicKey;
  return `agent("${chance.of(['agent-0', 'worker'])}"); holder(hex:${key});`;
}

function someKey(chance: Chance, attacker: Attacker): HolderKey {
  return chance.of([attacker.held.holder, ...attacker.strangers]);
}

/** Signs the contents of a token's blocks again, from the first or with a key of one's own between them. */
function signedAgain(token: Uint8Array, root: HolderKey, by: HolderKey | undefined): Uint8Array | undefined {
  try {
    const contents = readLoosely(token).blocks;
    return signBlocks(
      root,
      contents.map(({ block, external }, index) => ({
        block,
        by: external === null || index === 0 ? undefined : by,
      })),
    );
  } catch {
    return undefined;
  }
}

const otherContainer = ({ other }: Attacker): Container => decodeContainer(other.token);

export const ATTACKS: readonly (readonly [name: string, attack: Attack])[] = [
  ['a first-party block', (token, attacker, chance) => firstParty(token, attacker, code(attacker, chance))],
  [
    "a third-party block by somebody's key",
    (token, attacker, chance) => {
      const source = `${child(chance, attacker)} ${chance.once(2) ? code(attacker, chance) : ''}`;
      return thirdParty(token, attacker, { by: someKey(chance, attacker), source });
    },
  ],
  [
    'a third-party block of facts and rules alone',
    (token, attacker, chance) =>
      thirdParty(token, attacker, { by: someKey(chance, attacker), source: code(attacker, chance) }),
  ],
  [
    'a child as heddle makes it',
    (token, { held }, chance) => {
      try {
        const checks = chance.once(2) ? [] : [{ kind: 'operation', anyOf: ['state:capture'] } as const];
        const holder = held.holder.publicKey;
        const block = { agent: 'child', holder, provider: 'openai', model: 'gpt', checks };
        return TOKENS.attenuate(token, held.holder, block);
      } catch {
        return undefined;
      }
    },
  ],
  [
    'a block dropped',
    rebuilt(({ blocks, proof }, _, chance) => ({
      blocks: blocks.toSpliced(chance.below(blocks.length), 1),
      proof,
    })),
  ],
  [
    'all but the first block dropped',
    rebuilt(({ blocks, proof }) => ({ blocks: blocks.slice(0, 1), proof })),
  ],
  [
    'a block twice',
    rebuilt(({ blocks, proof }, _, chance) => {
      const at = chance.below(blocks.length);
      return { blocks: [...blocks.slice(0, at + 1), ...blocks.slice(at)], proof };
    }),
  ],
  [
    'blocks in another order',
    rebuilt(({ blocks, proof }) => ({
      blocks: [...blocks.slice(0, 1), ...blocks.slice(1).toReversed()],
      proof,
    })),
  ],
  [
    'blocks of another token',
    rebuilt(({ blocks, proof }, attacker) => ({
      blocks: [...blocks.slice(0, 1), ...otherContainer(attacker).blocks.slice(1)],
      proof,
    })),
  ],
  [
    'the beginning of another token',
    rebuilt(({ blocks, proof }, attacker) => ({
      blocks: [...otherContainer(attacker).blocks.slice(0, 1), ...blocks.slice(1)],
      proof,
    })),
  ],
  [
    'the proof of another token',
    rebuilt(({ blocks }, attacker) => ({ blocks, proof: otherContainer(attacker).proof })),
  ],
  [
    'no signature of holders',
    rebuilt(({ blocks, proof }) => ({
      blocks: blocks.map((block) => ({ ...block, external: null })),
      proof,
    })),
  ],
  [
    'the signature of another holder',
    rebuilt(({ blocks, proof }, attacker) => {
      const external = otherContainer(attacker).blocks.at(-1)?.external ?? null;
      return {
        blocks: blocks.map((block) => (block.external === null ? block : { ...block, external })),
        proof,
      };
    }),
  ],
  [
    'sealed',
    (token) => {
      try {
        return TOKENS.seal(token);
      } catch {
        return undefined;
      }
    },
  ],
  [
    'a seal of nothing',
    rebuilt(({ blocks }) => ({ blocks, proof: { kind: 'sealed', signature: new Uint8Array(64) } })),
  ],
  [
    'opened with a key of one’s own',
    rebuilt(({ blocks }, { strangers }) => ({
      blocks,
      proof: { kind: 'open', nextSecret: strangers[0]?.secret ?? new Uint8Array(32) },
    })),
  ],
  [
    'signed again from a root of one’s own',
    (token, attacker, chance) =>
      signedAgain(token, attacker.strangers[0] ?? attacker.held.holder, someKey(chance, attacker)),
  ],
  [
    'signed again by the holder as if it were the root',
    (token, { held }) => signedAgain(token, held.holder, held.holder),
  ],
];
