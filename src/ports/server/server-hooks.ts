import type { GitSetting } from '#domain/hooks/server-settings.ts';

/** The hooks that git runs where it is pushed to. */
export type ServerHook = 'pre-receive' | 'post-receive';

/** How one of them stands. */
export interface ServerHookFile {
  readonly hook: ServerHook;
  /**
   * `installed`: heddle's; `changed`: heddle's, and somebody edited it, or another heddle wrote it; `foreign`: somebody
   * else's; `missing`: none is there.
   */
  readonly status: 'installed' | 'changed' | 'foreign' | 'missing';
  /** True where what stood there before is kept beside it, and runs first. */
  readonly chained: boolean;
}

/** What the hooks of a server stand on. */
export interface ServerHookOptions {
  /** Absolute: where this server's own keys and secrets are, outside of the repository. */
  readonly home: string;
  /** Whether the first push may bring the genesis. */
  readonly trustFirst: boolean;
}

/** Git's hooks of a repository that is pushed to. */
export interface ServerHooks {
  /** Absolute. Throws `GIT_UNSUPPORTED` where git looks for hooks outside of the repository. */
  directory(): Promise<string>;
  /**
   * Writes both; what stood there is kept beside them and runs first. Each file is replaced in one step, and all are
   * durable on return. Returns those that had to be written. Throws `OUTPUT_EXISTS` where something is kept already and
   * something else has come in heddle's place.
   */
  install(options: ServerHookOptions): Promise<readonly ServerHook[]>;
  /** Takes heddle's away, and puts back what stood there, byte for byte. Returns those that were there. */
  uninstall(): Promise<readonly ServerHook[]>;
  inspect(): Promise<readonly ServerHookFile[]>;
  /** What an installed hook works with; null where none is installed, or none can be read from it. */
  options(): Promise<ServerHookOptions | null>;
  /** What git is told, wherever that is set, about receiving and hiding; the environment of a push is not known here. */
  settings(): Promise<readonly GitSetting[]>;
}
