interface Layer {
  /** Folders it may load code from, besides itself. */
  readonly code: readonly string[];
  /** Folders (or files at the root) it may take types from, in addition. */
  readonly types?: readonly string[];
  readonly builtins: boolean | readonly string[];
  readonly packages: boolean | readonly string[];
}

const ADAPTER: Layer = { code: ['domain', 'ports', 'platform'], builtins: true, packages: true };
const WITH_WASM: Layer = { ...ADAPTER, code: [...ADAPTER.code, 'wasm'] };
const PURE = { builtins: false, packages: false } as const;

/** The table "who may import whom" of ARCHITECTURE.md. Folders that are not listed may not exist. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  domain: { code: [], builtins: false, packages: ['canonicalize'] },
  ports: { ...PURE, code: [], types: ['domain'] },
  usecases: { ...PURE, code: ['domain'], types: ['ports'] },
  commands: { ...PURE, code: ['domain', 'usecases'], types: ['cli', 'context.ts'] },
  cli: {
    code: ['domain'],
    builtins: ['node:path', 'node:readline', 'node:stream', 'node:tty', 'node:url', 'node:util'],
    packages: true,
  },
  storage: ADAPTER,
  git: ADAPTER,
  scan: { code: ['domain'], types: ['ports'], builtins: false, packages: true },
  tokens: WITH_WASM,
  crypto: WITH_WASM,
  wasm: { code: ['platform'], builtins: true, packages: false },
  platform: { code: [], builtins: true, packages: false },
  composition: {
    code: ['domain', 'usecases', 'git', 'storage', 'tokens', 'crypto', 'scan', 'platform'],
    types: ['cli', 'ports', 'context.ts'],
    builtins: true,
    packages: false,
  },
};
