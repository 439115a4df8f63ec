import { equalBytes, formatHex, parseHex } from '#domain/encoding/bytes.ts';
import type { EngineFacts, EngineVerdict, EvaluateToken } from '#domain/decision/decision.ts';
import { relevantPlaces } from '#domain/decision/relevant-places.ts';
import { budgetsOf, countWith } from '#domain/token/budget.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { BUDGET_PREDICATES, type PublicKeyHex, type TokenChain } from '#domain/token/token.ts';
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

const MAX_FACTS = 500;
const COMPUTED_MILLISECONDS = 3000;
const LIMITS = {
  max_facts: 2 * MAX_FACTS,
  max_iterations: 100,
  // Microseconds of the engine's own clock.
  max_time_micro: (COMPUTED_MILLISECONDS * 1000) / ENGINE_CLOCK_DIVISOR,
};

type Biscuit = ReturnType<EngineModule['Biscuit']['fromBytes']>;

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
      const asked = relevantFacts(loaded.chain, facts);
      return asked.length > MAX_FACTS
        ? limit('the request has too many facts')
        : this.#ask(loaded, facts, asked);
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
    const key = this.#module.PublicKey.fromBytes(parseHex(root) ?? new Uint8Array(), 0);
    const biscuit = this.#module.Biscuit.fromBytes(token, key);
    key.free();
    kept?.biscuit.free();
    this.#loaded = { token: token.slice(), root, chain, biscuit };
    return this.#loaded;
  }

  #ask({ biscuit }: Loaded, facts: EngineFacts, asked: readonly GivenFact[]): EngineVerdict {
    const builder = new this.#module.AuthorizerBuilder();
    for (const fact of asked) this.#addFact(builder, fact);
    const policy = this.#module.Policy.fromString(POLICY);
    builder.addPolicy(policy);
    policy.free();
    const authorizer = builder.buildAuthenticated(biscuit);
    try {
      authorizer.authorizeWithLimits(LIMITS);
    } finally {
      authorizer.free();
    }
    return { kind: 'allow' };
  }

  #addFact(builder: InstanceType<EngineModule['AuthorizerBuilder']>, { source, values }: GivenFact): void {
    const fact = this.#module.Fact.fromString(source);
    for (const [name, value] of Object.entries(values)) fact.set(name, value);
    builder.addFact(fact);
    fact.free();
  }
}

/** A fact with places for values; none that somebody wrote becomes part of the source. */
interface GivenFact {
  readonly source: string;
  readonly values: Readonly<Record<string, string | number | { readonly date: string }>>;
}

function relevantFacts(chain: TokenChain, facts: EngineFacts): readonly GivenFact[] {
  return [
    one('operation({value})', facts.operation),
    ...relevantPlaces(chain, facts).map((resource) => one('within({value})', resource)),
    ...facts.satisfies.map((role) => one('satisfies({value})', role)),
    ...facts.grants.map(({ role, resource }) => ({
      source: 'grant({role}, {at})',
      values: { role, at: resource },
    })),
    ...(facts.provider === null ? [] : [one('actor_provider({value})', facts.provider)]),
    ...(facts.model === null ? [] : [one('actor_model({value})', facts.model)]),
    ...spentFacts(chain, facts),
    one('time({value})', { date: wholeSeconds(facts) }),
    one('depth({value})', facts.depth),
  ];
}

/** Of what was spent only what a budget asks for. Of a holder that nobody counted there is no fact: the check fails. */
function spentFacts(chain: TokenChain, { spent, asks }: EngineFacts): readonly GivenFact[] {
  return budgetsOf(chain.blocks).flatMap(({ budget, holder }) => {
    const used = spent.find((entry) => entry.holder === holder);
    const key = parseHex(holder);
    if (used === undefined || key === undefined) return [];
    // The binding takes no bytes as a value: digits that were just made from bytes are harmless in a source.
    const source = `${BUDGET_PREDICATES[budget]}(hex:${formatHex(key)}, {count})`;
    return [{ source, values: { count: countWith(budget, used, asks) } }];
  });
}

function one(source: string, value: GivenFact['values'][string]): GivenFact {
  return { source, values: { value } };
}

/** Rounded up: with bounds in whole seconds, neither a millisecond more nor one less passes. */
function wholeSeconds(facts: EngineFacts): string {
  return formatInstant(Math.ceil(instantMilliseconds(facts.time) / 1000) * 1000);
}

function limit(why: string): EngineVerdict {
  return { kind: 'limit', why };
}
