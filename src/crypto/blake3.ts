import { HeddleError } from '#domain/error.ts';
import type { StreamingHash } from '#domain/hash.ts';
import {
  WasmError,
  instantiateWasm,
  wasmMemory,
  type WasmExports,
  type WasmMemory,
} from '#wasm/instantiate.ts';

/** Plain BLAKE3-256 without domain separation: the base of `hasher.ts`, which is what everybody else uses. */
export interface Blake3 {
  /** Hashes the parts as one input; 32 bytes. */
  hash(parts: readonly Uint8Array[]): Uint8Array;
  stream(): StreamingHash;
}

const HASH_BYTES = 32;
/** Longer inputs are fed in pieces of this size, so that the module's memory stays small. */
const PIECE_BYTES = 262_144;

interface Functions {
  readonly hash: (input: number, length: number, out: number, outLength: number) => void;
  readonly createHasher: () => number;
  readonly update: (hasher: number, input: number, length: number) => void;
  readonly digest: (hasher: number, out: number, outLength: number) => void;
  readonly free: (hasher: number) => void;
  readonly allocate: (length: number) => number;
}

/** Loads the module; about 2 ms. Throws `WASM_INVALID`. */
export function openBlake3(): Blake3 {
  try {
    const instance = instantiateWasm('blake3', { __wbindgen_placeholder__: { __wbindgen_throw: fail } });
    return new Blake3Module(parseFunctions(instance.exports), wasmMemory(instance));
  } catch (cause) {
    throw new HeddleError('WASM_INVALID', cause instanceof WasmError ? cause.message : 'blake3 failed', {
      cause,
    });
  }
}

function fail(): never {
  throw new Error('invariant: the hash module is called as it wants to be');
}

/*
 * The module takes every input buffer over and frees it when it returns; the output buffer stays ours.
 * Its memory moves when it grows, which only an allocation makes it do: the view is fetched after each.
 */
class Blake3Module implements Blake3 {
  readonly #functions: Functions;
  readonly #memory: WasmMemory;
  readonly #out: number;
  #view: Uint8Array;

  constructor(functions: Functions, memory: WasmMemory) {
    this.#functions = functions;
    this.#memory = memory;
    this.#out = functions.allocate(HASH_BYTES);
    this.#view = new Uint8Array(memory.buffer);
  }

  hash(parts: readonly Uint8Array[]): Uint8Array {
    let length = 0;
    for (const part of parts) length += part.length;
    if (length > PIECE_BYTES) return this.#hashLong(parts);
    const input = this.#allocate(length);
    let at = input;
    for (const part of parts) {
      this.#view.set(part, at);
      at += part.length;
    }
    this.#functions.hash(input, length, this.#out, HASH_BYTES);
    return this.#takeOut();
  }

  stream(): StreamingHash {
    const { createHasher, digest, free } = this.#functions;
    let hasher: number | null = createHasher();
    return {
      update: (bytes) => {
        if (hasher === null) throw new Error('invariant: a hash is not fed after its digest');
        this.#update(hasher, bytes);
      },
      digest: () => {
        if (hasher === null) throw new Error('invariant: a hash has one digest');
        digest(hasher, this.#out, HASH_BYTES);
        free(hasher);
        hasher = null;
        return this.#takeOut();
      },
    };
  }

  #hashLong(parts: readonly Uint8Array[]): Uint8Array {
    const stream = this.stream();
    for (const part of parts) stream.update(part);
    return stream.digest();
  }

  #update(hasher: number, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      const input = this.#allocate(piece.length);
      this.#view.set(piece, input);
      this.#functions.update(hasher, input, piece.length);
    }
  }

  #allocate(length: number): number {
    const pointer = this.#functions.allocate(length);
    if (this.#view.buffer !== this.#memory.buffer) this.#view = new Uint8Array(this.#memory.buffer);
    return pointer;
  }

  #takeOut(): Uint8Array {
    if (this.#view.buffer !== this.#memory.buffer) this.#view = new Uint8Array(this.#memory.buffer);
    return this.#view.slice(this.#out, this.#out + HASH_BYTES);
  }
}

function parseFunctions(exports: WasmExports): Functions {
  const find = <F>(name: string): F => {
    const found = exports[name];
    if (typeof found !== 'function') throw new WasmError(`the hash module has no ${name}`);
    return found as F;
  };
  return {
    hash: find('hash'),
    createHasher: find('create_hasher'),
    update: find('blake3hash_update'),
    digest: find('blake3hash_digest'),
    free: find('__wbg_blake3hash_free'),
    allocate: find('__wbindgen_malloc'),
  };
}
