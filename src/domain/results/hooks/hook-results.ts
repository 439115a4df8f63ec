import type { ClientHook } from '#domain/hooks/hook-name.ts';
import type { OperationId } from '#domain/id.ts';
import type { HookRule } from '#domain/policy/policy.ts';
import type { Finding } from '#domain/result-parts.ts';

/** One hook of the clone. */
export type HookFileResult = {
  readonly hook: ClientHook;
  readonly status: 'installed' | 'changed' | 'foreign' | 'missing';
  /** What stood there before runs first. */
  readonly chained: boolean;
  /** SHA-256 of the file. */
  readonly digest: string | null;
};

/** Another program that writes hooks, and the one line that it needs. */
export type HookManagerResult = {
  readonly name: 'husky' | 'lefthook' | 'pre-commit';
  readonly hook: ClientHook;
  readonly file: string;
  readonly line: string;
  /** The file has such a line, as far as can be seen. */
  readonly asks: boolean;
};

/** `heddle hook install` */
export type HookInstallResult = {
  readonly directory: string;
  /** Null where all was as it is. */
  readonly operation: OperationId | null;
  readonly written: readonly ClientHook[];
  readonly hooks: readonly HookFileResult[];
  readonly managers: readonly HookManagerResult[];
};

/** `heddle hook uninstall` */
export type HookUninstallResult = {
  readonly directory: string;
  readonly operation: OperationId;
  readonly removed: readonly ClientHook[];
  readonly hooks: readonly HookFileResult[];
};

/** `heddle hook status` */
export type HookStatusResult = {
  readonly ok: boolean;
  readonly installed: boolean;
  readonly mode: HookRule;
  readonly directory: string;
  /** The program that hooks start. */
  readonly program: string | null;
  /** Every setting of `core.hooksPath`, the one that counts last. */
  readonly settings: readonly { readonly scope: string; readonly value: string }[];
  readonly hooks: readonly HookFileResult[];
  readonly managers: readonly HookManagerResult[];
  readonly findings: readonly Finding[];
};

/** `heddle hook run` */
export type HookRunResult = {
  readonly hook: ClientHook;
  readonly mode: HookRule;
  /** The code of what would have been refused, where hooks only observe. */
  readonly refused: string | null;
  readonly operation: OperationId | null;
};
