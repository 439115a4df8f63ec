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

/**
 * Files of a chunk each, with all that they need: what every start needs, what understands a command line, what every
 * verb in a repository needs, how results are printed, what the verbs of every day share, and what the others do; a
 * verb's own code stays with the verb.
 * Sixty small chunks cost a start 20 ms more than these, and one for all that is shared 12 ms.
 */
const CHUNKS = {
  groups: [
    {
      // What runs a line that is understood, and what both its verbs and their descriptions need.
      name: 'start',
      test: new RegExp(
        `src/(?:${[
          'main',
          'cli/run-command',
          'domain/(?:actor|encoding|record|resource)/[^/]+',
          'domain/(?:usage-error|decision/(?:decision|denial-result)|policy/(?:policy-codec|rule-changes)|token/(?:token|public-key))',
          'domain/(?:state/texts|landing/landing-message|review/party|removal/(?:tombstone|receipt-codec|travelling-mark))',
        ].join('|')})\\.ts$`,
      ),
      priority: 80,
    },
    {
      // What understands a line of daily work.
      name: 'line',
      test: /src\/cli\/(?:arguments\/plain-line|table\/(?:work|thread|undo|grant)-table)\.ts$/,
      priority: 70,
    },
    {
      name: 'cli',
      test: /node_modules\/commander|src\/cli\/(?!text\/|codes\/|help-text|man-page|denial-text|error-)/,
      priority: 60,
    },
    {
      name: 'open',
      test: new RegExp(
        `src/(?:${[
          'composition/(?!open-harness)[^/]+',
          'git/(?:repository|aside/git-aside)',
          'storage/(?:open-storage|run-notes|index/local-index)',
          'crypto/(?:hasher|ed25519|open-stores|quarantine-store|replica-store|pin/clone-pins|home-lists/[^/]+)',
          'tokens/tokens',
          'usecases/transaction/recover',
          'usecases/(?:authority/load-authority|caller/[^/]+|secrets/refuse-secrets)',
        ].join('|')})\\.ts$`,
      ),
      priority: 50,
    },
    { name: 'text', test: /src\/cli\/text\//, priority: 30 },
    { name: 'history', test: /src\/usecases\/history\/read-history\.ts$/, priority: 40 },
    {
      // What git waits for at each commit: nothing of the text of results is in it.
      name: 'hook',
      test: /src\/(?:commands\/hook\/run|usecases\/hooks\/(?:run-hook|commit-hook|ref-hook)|git\/hooks\/git-hooks)\.ts$/,
      priority: 22,
    },
    {
      // What answers a question about a right: of what the verbs of every day share it needs a tenth.
      name: 'decide',
      test: /src\/usecases\/tokens\/(?:can|given-credential)\.ts$/,
      priority: 40,
    },
    { name: 'lines', test: /src\/usecases\/blame\/blame\.ts$/, priority: 25 },
    { name: 'everyday', test: /src\/usecases\/(?:threads\/status|capture\/capture)\.ts$/, priority: 20 },
    { name: 'shared', test: /src\/(?!commands\/|tokens\/engine\/)/, minShareCount: 2, priority: 10 },
  ],
};

/**
 * A rule about files in PKCS#12 is never asked, since it would read them by itself; what it loads for that is five
 * times as large as all the rules.
 */
const NO_PKCS12 = {
  name: 'no-pkcs12',
  resolveId: (id, importer = '') =>
    id.startsWith('./index-') && /secretlint-rule-preset-recommend.module.index-/.test(importer)
      ? { id: '\0no-pkcs12' }
      : null,
  load: (id) => (id === '\0no-pkcs12' ? 'export const i = {};' : null),
};

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  resolve: { alias: ALIAS },
  // Its native part is found beside its own files, so it stays a package of its own.
  external: ['level'],
  plugins: [NO_PKCS12],
  transform: { target: 'node20.19' },
  // A file that some verbs import at once is imported late by others: which chunk it is in is said above.
  checks: { ineffectiveDynamicImport: false },
  output: {
    // Run by bin/load-program.js, without Node's loader of ES modules, which costs a start more than most verbs do.
    format: 'cjs',
    strict: true,
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    // The hash is what compiled code is kept by.
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: CHUNKS,
    // Minified, start-up did not get measurably faster; stack traces in reports of bugs stay readable.
    minify: false,
    // A quarter of the bytes, which each start reads.
    comments: { legal: true, annotation: false, jsdoc: false },
  },
});
