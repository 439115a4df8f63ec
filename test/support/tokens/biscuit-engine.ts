import { readFileSync } from 'node:fs';
import { instantiateWasm } from '#wasm/instantiate.ts';

interface Freed {
  free(): void;
}
export interface EngineKey extends Freed {
  toString(): string;
}
export interface EngineBlock extends Freed {
  addCode(source: string): void;
}
export interface EngineToken extends Freed {
  toBytes(): Uint8Array;
  appendBlock(block: EngineBlock): EngineToken;
  sealToken(): EngineToken;
  getRevocationIdentifiers(): string[];
  getThirdPartyRequest(): { createBlock(key: EngineKey, block: EngineBlock): unknown };
  appendThirdPartyBlock(key: EngineKey, block: unknown): EngineToken;
}
export interface EngineAuthorizer extends Freed {
  authorizeWithLimits(limits: unknown): number;
}

/** The whole engine with its makers of keys and tokens, which the product must never call. */
export interface WholeEngine {
  KeyPair: {
    new (algorithm: number): { getPublicKey(): EngineKey; getPrivateKey(): EngineKey };
  };
  PrivateKey: { fromString(text: string): EngineKey };
  PublicKey: { fromString(text: string, algorithm: number): EngineKey };
  Biscuit: { fromBytes(token: Uint8Array, root: EngineKey): EngineToken };
  BiscuitBuilder: new () => EngineBlock & {
    build(root: EngineKey): EngineToken;
    setRootKeyId(id: number): void;
  };
  BlockBuilder: new () => EngineBlock;
  AuthorizerBuilder: new () => EngineBlock & { buildAuthenticated(token: EngineToken): EngineAuthorizer };
}

const MODULE = new URL('../../../node_modules/@biscuit-auth/biscuit-wasm/module/', import.meta.url);
const CLOCK = './snippets/biscuit-auth-314ca57174ae0e6d/inline0.js';
export const SAMPLE_LIMITS = { max_facts: 1000, max_iterations: 100, max_time_micro: 750 };

let opened = 0;

/**
 * Opens an engine apart from the product's and from every other: its glue is a module of its own, loaded from its
 * text, so that no two share what the glue remembers of its instance's memory. Test files share a process.
 */
export async function openWholeEngine(): Promise<WholeEngine> {
  opened += 1;
  const text = `${readFileSync(new URL('biscuit_bg.js', MODULE), 'utf8')}\n// ${opened}\n`;
  const source = Buffer.from(text).toString('base64');
  const glue = (await import(`data:text/javascript;base64,${source}`)) as WholeEngine & {
    __wbg_set_wasm(exports: unknown): void;
  } & Record<string, unknown>;
  const functions = Object.entries(glue).map(([name, value]) => [name, silenced(name, value)]);
  const { exports } = instantiateWasm('biscuit', {
    './biscuit_bg.js': Object.fromEntries(functions) as Record<string, unknown>,
    // Its clock stands still: no answer here may depend on how busy the machine is.
    [CLOCK]: { performance_now: () => 0 },
  });
  glue.__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
  return glue;
}

function silenced(name: string, value: unknown): unknown {
  return /^__wbg_(?:log|debug|info|warn|error)_/.test(name) ? () => undefined : value;
}
