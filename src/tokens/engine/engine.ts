import { equalBytes, parseHex } from '#domain/encoding/bytes.ts';
import type { EngineFacts, EngineVerdict, EvaluateToken } from '#domain/decision/decision.ts';
import { givenFacts, MAX_FACTS, TOO_MANY_FACTS, type GivenFact } from '#domain/decision/given-facts.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import {
  ENGINE_CLOCK_DIVISOR,
  openEngineModule,
  prepareEngineModule,
  type EngineModule,
} from './engine-module.ts';
import { parseEngineError } from './engine-verdict.ts';

/** The strict reader, as the engine needs it: undefined for a token that it refuses. */
export type ReadChain = (token: Uint8Array, root: PublicKeyHex) => TokenChain | undefined;

/** No rules and no expressions: who holds a sufficient role at the resource or above it. */
const POLICY = 'allow if grant($role, $at), within($at), satisfies($role)';

const COMPUTED_MILLISECONDS = 3000;
const LIMITS = {
  max_facts: 2 * MAX_FACTS,
  max_iterations: 100,
  // Microseconds of the engine's own clock.
  max_time_micro: (COMPUTED_MILLISECONDS * 1000) / ENGINE_CLOCK_DIVISOR,
};

type Biscuit = ReturnType<EngineModule['Biscuit']['fromBytes']>;
type Builder = InstanceType<EngineModule['AuthorizerBuilder']>;

interface Loaded {
  readonly token: Uint8Array;
  readonly root: PublicKeyHex;
  readonly chain: TokenChain;
  readonly biscuit: Biscuit;
}

/** Compiles the engine beside what else goes on; what fails then is told by {@link createEngine}. */
export const prepareEngine = prepareEngineModule;

/**
 * Opens the engine and returns the evaluation. A token that the strict reader refuses never reaches it; a
 * trap, a limit or an answer that is not understood is the verdict `limit`, a trap for the rest of the
 * process. Throws `WASM_INVALID`.
 */
export function createEngine(readChain: ReadChain): EvaluateToken {
  const engine = new Engine(openEngineModule(), readChain);
  return (token, root, facts) => engine.evaluate(token, root, facts);
}

class Engine {
  readonly #module: EngineModule;
  readonly #readChain: ReadChain;
  #loaded: Loaded | undefined;
  #lost = false;

  constructor(module: EngineModule, readChain: ReadChain) {
    this.#module = module;
    this.#readChain = readChain;
  }

  evaluate(token: Uint8Array, root: PublicKeyHex, facts: EngineFacts): EngineVerdict {
    if (this.#lost) return limit('the engine was lost to an earlier evaluation');
    try {
      const loaded = this.#load(token, root);
      if (loaded === undefined) return limit('the token is not readable');
      const given = givenFacts(loaded.chain, facts);
      return given.length > MAX_FACTS ? TOO_MANY_FACTS : this.#ask(loaded, given);
    } catch (error: unknown) {
      // The engine answers with plain objects and texts; an Error is a trap or a broken instance.
      this.#lost ||= error instanceof Error;
      return this.#lost ? limit('the engine failed') : parseEngineError(error);
    }
  }

  /** One token is asked about many resources: what was verified is kept until another one comes. */
  #load(token: Uint8Array, root: PublicKeyHex): Loaded | undefined {
    const kept = this.#loaded;
    if (kept !== undefined && kept.root === root && equalBytes(kept.token, token)) return kept;
    const chain = this.#readChain(token, root);
    if (chain === undefined) return undefined;
    const biscuit = this.#parse(token, root);
    kept?.biscuit.free();
    this.#loaded = { token: token.slice(), root, chain, biscuit };
    return this.#loaded;
  }

  #parse(token: Uint8Array, root: PublicKeyHex): Biscuit {
    const key = this.#module.PublicKey.fromBytes(parseHex(root) ?? new Uint8Array(), 0);
    try {
      return this.#module.Biscuit.fromBytes(token, key);
    } finally {
      key.free();
    }
  }

  #ask({ biscuit }: Loaded, given: readonly GivenFact[]): EngineVerdict {
    const authorizer = this.#builderWith(given).buildAuthenticated(biscuit);
    try {
      authorizer.authorizeWithLimits(LIMITS);
    } finally {
      authorizer.free();
    }
    return { kind: 'allow' };
  }

  /** Whoever builds with it takes it over. What is left to be collected would end the process if the engine was lost. */
  #builderWith(given: readonly GivenFact[]): Builder {
    const builder = new this.#module.AuthorizerBuilder();
    try {
      for (const fact of given) this.#addFact(builder, fact);
      const policy = this.#module.Policy.fromString(POLICY);
      builder.addPolicy(policy);
      policy.free();
      return builder;
    } catch (error: unknown) {
      builder.free();
      throw error;
    }
  }

  #addFact(builder: Builder, { source, values }: GivenFact): void {
    const fact = this.#module.Fact.fromString(source);
    try {
      for (const [name, value] of Object.entries(values)) fact.set(name, value);
      builder.addFact(fact);
    } finally {
      fact.free();
    }
  }
}

function limit(why: string): EngineVerdict {
  return { kind: 'limit', why };
}
