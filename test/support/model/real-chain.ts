import { checkDatalog } from '#domain/token/token-words.ts';
import type { RootKey } from '#ports/keys.ts';
import type { WholeEngine } from '../tokens/biscuit-engine.ts';
import { newRoot, readChain, TOKENS, type Held } from '../tokens.ts';
import { checkOf, sessionOf, type Presented } from './case-request.ts';
import type { CaseBlock, CaseChain } from './decision-case.ts';

/** Makes real tokens for cases: minted and attenuated by heddle, first-party blocks appended by the engine. */
export class RealChains {
  readonly #engine: WholeEngine;
  readonly #roots = new Map<string, RootKey>();

  constructor(engine: WholeEngine) {
    this.#engine = engine;
  }

  make(chain: CaseChain): Presented {
    const [, ...later] = chain.blocks;
    const root = this.#rootOf(chain.who);
    const holder = TOKENS.newHolder();
    const first = { root, holder, token: TOKENS.mint(root, sessionOf(chain, holder.publicKey)) };
    const held = later.reduce((parent, block) => this.#extend(parent, block), first);
    return { kind: 'chain', chain: readChain(held), bytes: held.token };
  }

  #rootOf(who: string): RootKey {
    const known = this.#roots.get(who) ?? newRoot(who);
    this.#roots.set(who, known);
    return known;
  }

  #extend(parent: Held, { agent, named, checks }: CaseBlock): Held {
    const [provider, model] = named ?? [null, null];
    const holder = agent === null ? parent.holder : TOKENS.newHolder();
    const made = checks.map((check) => checkOf(check, holder.publicKey));
    if (agent !== null) {
      const child = { agent, provider, model, checks: made, holder: holder.publicKey };
      return { ...parent, holder, token: TOKENS.attenuate(parent.token, parent.holder, child) };
    }
    const block = new this.#engine.BlockBuilder();
    block.addCode(made.map((check) => `${checkDatalog(check)};`).join('\n'));
    const root = this.#engine.PublicKey.fromString(parent.root.publicKey, 0);
    const token = this.#engine.Biscuit.fromBytes(parent.token, root).appendBlock(block).toBytes();
    return { ...parent, token };
  }
}
