import { computedMilliseconds } from '#platform/clock.ts';
import * as glue from '@biscuit-auth/biscuit-wasm/module/biscuit_bg.js';
import { HeddleError } from '#domain/error.ts';
import { DECISION_FUNCTIONS } from '#wasm/hot-functions.ts';
import { compileAhead, instantiateWasm, WasmError, type WasmImports } from '#wasm/instantiate.ts';

/** Time computed while the engine's clock moves by one: its own limits are too small, and it would count what others compute. */
export const ENGINE_CLOCK_DIVISOR = 4000;

// The names under which the module of the pinned version asks for its imports.
const GLUE = './biscuit_bg.js';
const CLOCK = './snippets/biscuit-auth-314ca57174ae0e6d/inline0.js';
const PRINTS = /^__wbg_(?:log|debug|info|warn|error)_/;
const RANDOMNESS = /^__wbg_(?:getRandomValues|randomFillSync)_/;

export type EngineModule = Pick<
  typeof glue,
  'AuthorizerBuilder' | 'Biscuit' | 'Fact' | 'Policy' | 'PublicKey'
>;

// A second instance would take the glue's memory away from the first.
let isOpen = false;

/** Compiles what a decision calls, on other threads where there are any. Never throws. */
export async function prepareEngineModule(): Promise<void> {
  try {
    await compileAhead('biscuit', DECISION_FUNCTIONS);
  } catch {
    // Whoever opens the module is told.
  }
}

/**
 * Instantiates the Biscuit engine: silent, on a scaled clock, and without randomness, so that it can make
 * no key. Once per process, for its glue remembers the memory of its first instance. Throws `WASM_INVALID`.
 */
export function openEngineModule(): EngineModule {
  if (isOpen) return glue;
  try {
    const { exports } = instantiateWasm('biscuit', engineImports());
    glue.__wbg_set_wasm(exports);
    start(exports);
    isOpen = true;
  } catch (cause: unknown) {
    const why = cause instanceof WasmError ? cause.message : 'the Biscuit engine does not start';
    throw new HeddleError('WASM_INVALID', why, { cause });
  }
  return glue;
}

function start(exports: Readonly<Record<string, unknown>>): void {
  const { __wbindgen_start: begin } = exports;
  if (typeof begin !== 'function') throw new WasmError('the Biscuit engine cannot be started');
  Reflect.apply(begin, undefined, []);
}

function engineImports(): WasmImports {
  const functions = Object.entries(glue).filter(
    ([name]) => name.startsWith('__wbg_') || name.startsWith('__wbindgen_'),
  );
  return {
    [GLUE]: Object.fromEntries(functions.map(([name, value]) => [name, replaced(name, value)])),
    [CLOCK]: { performance_now: () => computedMilliseconds() / ENGINE_CLOCK_DIVISOR },
  };
}

function replaced(name: string, value: unknown): unknown {
  if (PRINTS.test(name)) return () => undefined;
  return RANDOMNESS.test(name) ? refuseRandomness : value;
}

function refuseRandomness(): never {
  throw new Error('invariant: the Biscuit engine makes no keys here');
}
