import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { BranchRule } from '#domain/policy/policy.ts';
import type { Finding } from '#domain/result-parts.ts';

/** One hook of a server. */
type ServerHookResult = {
  readonly hook: 'pre-receive' | 'post-receive';
  readonly status: 'installed' | 'changed' | 'foreign' | 'missing';
  /** What stood there before runs first. */
  readonly chained: boolean;
};

/** `heddle hook install --server` */
export type ServerInstallResult = {
  readonly directory: string;
  /** Null where nothing was pushed yet. */
  readonly repository: string | null;
  /** Null where the first push brings it. */
  readonly genesis: string | null;
  readonly trustFirst: boolean;
  readonly home: string;
  /** Whether receipts that the server signs are believed: somebody with a credential endorsed its key. */
  readonly endorsed: boolean;
  readonly written: readonly string[];
  readonly hooks: readonly ServerHookResult[];
  /** What of git's configuration goes against it, or would be better otherwise. */
  readonly advice: readonly Finding[];
};

/** `heddle hook status --server` */
export type ServerStatusResult = {
  readonly ok: boolean;
  readonly directory: string;
  /** Whose keys it signs with; null where no hook tells. */
  readonly home: string | null;
  readonly repository: string | null;
  readonly genesis: string | null;
  readonly trustFirst: boolean;
  /** Who answers for its key; null where receipts that it signs are not believed. */
  readonly endorsedBy: string | null;
  /** How branches move where no other policy is in force. */
  readonly branches: BranchRule;
  readonly policies: readonly { readonly at: string; readonly branches: BranchRule }[];
  readonly hooks: readonly ServerHookResult[];
  readonly findings: readonly Finding[];
  readonly advice: readonly Finding[];
};

/** `heddle hook uninstall --server` */
export type ServerUninstallResult = {
  readonly directory: string;
  readonly removed: readonly string[];
  readonly hooks: readonly ServerHookResult[];
};

/** `heddle hook run pre-receive` and `post-receive` */
export type ServerReceiveResult = {
  readonly hook: 'pre-receive' | 'post-receive';
  readonly refs: number;
  /** The genesis that was believed with this push. */
  readonly trusted: string | null;
  /** What the server did about tombstones that came. */
  readonly operation: OperationId | null;
  readonly applied: readonly TombstoneId[];
};
