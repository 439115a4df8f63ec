import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

/** Copied beside the bundle, by the name under which the loader asks for them. */
export const WASM_FILES = {
  'biscuit_bg.wasm': 'node_modules/@biscuit-auth/biscuit-wasm/module/biscuit_bg.wasm',
  'blake3_js_bg.wasm': 'node_modules/blake3-wasm/dist/wasm/nodejs/blake3_js_bg.wasm',
};

/** The package exports only its self-loading entry; heddle instantiates the module itself and needs the glue alone. */
export const ALIAS = {
  '@biscuit-auth/biscuit-wasm/module/biscuit_bg.js': fileURLToPath(
    new URL('node_modules/@biscuit-auth/biscuit-wasm/module/biscuit_bg.js', import.meta.url),
  ),
};

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  resolve: { alias: ALIAS },
  transform: { target: 'node20.19' },
  output: {
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Minified, start-up did not get measurably faster; stack traces in reports of bugs stay readable.
    minify: false,
  },
});
