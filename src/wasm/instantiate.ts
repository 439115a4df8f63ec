import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { withCompilationHints } from './compilation-hints.ts';

declare global {
  // The part of the interface that is used here; TypeScript has it in its browser library alone.
  namespace WebAssembly {
    type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    type Exports = Readonly<Record<string, unknown>>;
    class Module {
      constructor(bytes: Uint8Array);
    }
    function compile(bytes: Uint8Array): Promise<Module>;
    class Instance {
      constructor(module: Module, imports: Imports);
      readonly exports: Exports;
    }
    class Memory {
      private constructor();
      readonly buffer: ArrayBuffer;
    }
    class RuntimeError extends Error {}
  }
}

/** What a module is given: module name, then function or value by name. */
export type WasmImports = WebAssembly.Imports;
/** What an instance offers, unchecked: see {@link wasmMemory}. */
export type WasmExports = WebAssembly.Exports;
/** A module's memory; its buffer is another one after each growth. */
export type WasmMemory = WebAssembly.Memory;
export type WasmInstance = WebAssembly.Instance;

/** A module cannot be had as it was shipped. Adapters turn it into `WASM_INVALID`. */
export class WasmError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'WasmError';
  }
}

export type WasmName = keyof typeof MODULES;

/** The sums are those of `wasm/SHA256SUMS`; a test holds the two together. */
export const MODULES = {
  biscuit: {
    file: 'biscuit_bg.wasm',
    source: '@biscuit-auth/biscuit-wasm/module/biscuit_bg.wasm',
    sha256: '8d24c8782cd752f08690f5e56256eb2f3665244db5f2085cb134f6bee4b7e4c6',
  },
  blake3: {
    file: 'blake3_js_bg.wasm',
    source: 'blake3-wasm/dist/wasm/nodejs/blake3_js_bg.wasm',
    sha256: '2dcc96fd2bd25392060d166e96cabbd2574cc1fedd32aa0233871c641c897c9f',
  },
} as const;

/**
 * Reads, checks, compiles and instantiates one of the two modules, synchronously. Each call makes a new
 * instance; the compiled module is kept. Throws {@link WasmError}, and nothing else.
 */
export function instantiateWasm(name: WasmName, imports: WasmImports): WasmInstance {
  const module = compile(name);
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (cause) {
    throw new WasmError(`${MODULES[name].file} does not fit its imports`, cause);
  }
}

/** Tells whether a value is a trap of a module: the instance that threw it must not be used again. */
export function isWasmTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

/** The memory an instance exports; throws {@link WasmError}. */
export function wasmMemory(instance: WasmInstance): WasmMemory {
  const { memory } = instance.exports;
  if (memory instanceof WebAssembly.Memory) return memory;
  throw new WasmError('a module exports no memory');
}

/**
 * Compiles a module beside what else goes on, with those of its functions that will be called; the next instance is of
 * it. On Node 20 alone: elsewhere nothing happens, and what is called is compiled then. Throws {@link WasmError}.
 *
 * @param functions numbers among the functions that the module has itself.
 */
export async function compileAhead(name: WasmName, functions: ReadonlySet<number>): Promise<void> {
  if (compiled.has(name) || !IS_NODE_20) return;
  const bytes = withCompilationHints(readChecked(name), functions);
  compileQuicklyFromHere();
  setFlagsFromString('--no-wasm-lazy-compilation');
  setFlagsFromString('--experimental-wasm-compilation-hints');
  try {
    compiled.set(name, await WebAssembly.compile(bytes));
  } catch (cause) {
    throw new WasmError(`${MODULES[name].file} does not compile`, cause);
  }
}

const IS_NODE_20 = process.versions.node.startsWith('20.');

const compiled = new Map<WasmName, WebAssembly.Module>();

function compile(name: WasmName): WebAssembly.Module {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const bytes = readChecked(name);
  if (name === 'biscuit' && IS_NODE_20) compileQuicklyFromHere();
  try {
    const module = new WebAssembly.Module(bytes);
    compiled.set(name, module);
    return module;
  } catch (cause) {
    throw new WasmError(`${MODULES[name].file} does not compile`, cause);
  }
}

/**
 * Node 20 goes on optimising in the background and delays its exit by up to 180 ms; later ones do not. The
 * flag holds for every module compiled after it and cannot be taken back, and without optimisation the
 * hash is ten times slower: so the hash module is compiled before. What is never called is not validated either: the
 * bytes are those of the recorded sum, and most of them are never called.
 */
function compileQuicklyFromHere(): void {
  compile('blake3');
  setFlagsFromString('--liftoff-only');
  setFlagsFromString('--wasm-lazy-validation');
}

function readChecked(name: WasmName): Buffer {
  const bytes = readFirst(candidates(name));
  if (bytes === undefined) throw new WasmError(`${MODULES[name].file} is not installed`);
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== MODULES[name].sha256) {
    throw new WasmError(`${MODULES[name].file} is not the module that heddle was built with`);
  }
  return bytes;
}

/** Beside the bundle where heddle is built, in the packages where it runs from its sources. */
function candidates(name: WasmName): readonly string[] {
  const here = import.meta.dirname;
  const { file, source } = MODULES[name];
  return [join(here, 'wasm', file), join(here, '..', '..', 'node_modules', source)];
}

function readFirst(paths: readonly string[]): Buffer | undefined {
  for (const path of paths) {
    try {
      return readFileSync(path);
    } catch {
      continue;
    }
  }
  return undefined;
}
