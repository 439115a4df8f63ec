import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODULES, WasmError, instantiateWasm, isWasmTrap, wasmMemory } from '#wasm/instantiate.ts';
import { WASM_FILES } from '../../rolldown.config.mjs';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLACEHOLDER = { __wbindgen_placeholder__: { __wbindgen_throw: () => undefined } };

function readSums(): readonly (readonly [file: string, sum: string])[] {
  const lines = readFileSync(join(ROOT, 'wasm', 'SHA256SUMS'), 'utf8')
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => [line.slice(66), line.slice(0, 64)] as const);
}

describe('the wasm modules', () => {
  const modules = Object.values(MODULES);

  it('have the same sums in wasm/SHA256SUMS, in the loader and in the installed packages', () => {
    expect(readSums()).toEqual(modules.map(({ file, sha256 }) => [file, sha256]));
    for (const { source, sha256 } of modules) {
      const bytes = readFileSync(join(ROOT, 'node_modules', source));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  });

  it('are copied by the build from where the loader expects them, by the name it asks for', () => {
    const built: unknown = WASM_FILES;
    expect(built).toEqual(
      Object.fromEntries(modules.map(({ file, source }) => [file, `node_modules/${source}`])),
    );
  });

  it('do not instantiate without what they import', () => {
    expect(() => instantiateWasm('blake3', {})).toThrow(WasmError);
  });

  it('give a memory each, and a trap that can be told from other errors', () => {
    const instance = instantiateWasm('blake3', PLACEHOLDER);
    const memory = wasmMemory(instance);
    expect(memory.buffer.byteLength).toBeGreaterThan(0);
    expect(wasmMemory(instantiateWasm('blake3', PLACEHOLDER))).not.toBe(memory);
    const { hash } = instance.exports;
    expect(() => (hash as (...pointers: number[]) => void)(-8, 64, -8, 64)).toThrow(
      expect.toSatisfy(isWasmTrap),
    );
    expect(isWasmTrap(new Error('other'))).toBe(false);
  });
});

describe('a bundle', () => {
  let program: BundledProgram;
  let directory: string;

  beforeAll(async () => {
    program = await bundleProgram(new URL('../support/programs/hash-once.ts', import.meta.url));
    directory = mkdtempSync(join(tmpdir(), 'heddle-wasm-'));
    mkdirSync(join(directory, 'wasm'));
    cpSync(program.path, join(directory, 'program.mjs'));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await program.remove();
  });

  const run = (): string =>
    execFileSync(process.execPath, [join(directory, 'program.mjs')], { encoding: 'utf8' });
  const source = join(ROOT, 'node_modules', MODULES.blake3.source);
  const installed = (): string => join(directory, 'wasm', MODULES.blake3.file);

  it('names the fault where the module is missing', () => {
    expect(run()).toBe('WASM_INVALID blake3_js_bg.wasm is not installed\n');
  });

  it('finds the module beside itself, and prints nothing of its own', () => {
    cpSync(source, installed());
    expect(run()).toBe('32\n');
  });

  it('refuses a module with one bit changed, and one cut short', () => {
    const bytes = readFileSync(source);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    const refusal = 'WASM_INVALID blake3_js_bg.wasm is not the module that heddle was built with\n';
    writeFileSync(installed(), bytes);
    expect(run()).toBe(refusal);
    writeFileSync(installed(), readFileSync(source).subarray(0, 20_000));
    expect(run()).toBe(refusal);
  });
});
