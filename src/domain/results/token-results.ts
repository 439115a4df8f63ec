import type { RequestOperation } from '#domain/authority/role.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { BudgetKind } from '#domain/token/budget-kind.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Finding } from '#domain/result-parts.ts';

/** One bound on what a token may use up; each counts under its own holder. */
export type BudgetResult = {
  readonly budget: BudgetKind;
  readonly holder: PublicKeyHex;
  readonly atMost: number;
  /** Null where no log is there to count in. */
  readonly left: number | null;
};

/** What all blocks of a token together leave. */
export type EffectiveScope = {
  /** Null: not narrowed. */
  readonly operations: readonly RequestOperation[] | null;
  /** One list for each check; each needs one of its own to cover the request. Empty: not narrowed. */
  readonly resources: readonly (readonly string[])[];
  readonly expires: Instant | null;
  /** How many agents may still be added; null: not limited. */
  readonly depthLeft: number | null;
  readonly budgets: readonly BudgetResult[];
};

export type CredentialSummary = EffectiveScope & {
  /** The device's own session, or a file named by flag or environment. */
  readonly kind: 'session' | 'file';
  readonly principal: string;
  readonly via: readonly string[];
};

export type LoginResult = {
  readonly principal: string;
  readonly session: string;
  /** Genesis id, or `*`. */
  readonly repo: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant;
  readonly keyMade: boolean;
};

export type TokenMintResult = {
  /** Null with `--stdout` and `--fd`. */
  readonly file: string | null;
  /** Where the credential went with `--fd`. */
  readonly descriptor: number | null;
  /** The credential file's text, a secret: only with `--stdout`. */
  readonly credential: string | null;
  readonly principal: string;
  readonly session: string;
  readonly repo: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant;
  readonly plain: readonly string[];
  readonly operation: OperationId | null;
};

export type TokenAttenuateResult = {
  /** Null with `--stdout` and `--fd`. */
  readonly file: string | null;
  /** Where the credential went with `--fd`. */
  readonly descriptor: number | null;
  /** The credential file's text, a secret: only with `--stdout`. */
  readonly credential: string | null;
  readonly agent: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant | null;
  readonly plain: readonly string[];
  /** Null outside a repository. */
  readonly operation: OperationId | null;
};

export type TokenBlockResult = {
  readonly index: number;
  readonly kind: 'authority' | 'delegation' | 'attenuation';
  readonly agent: string | null;
  readonly holder: PublicKeyHex | null;
  readonly revocationId: string;
  readonly plain: readonly string[];
  readonly datalog: readonly string[];
};

/** What one of two tokens has more of. Empty lists: not limited, or nobody. */
export type TokenDifferenceResult = {
  readonly what: 'operations' | 'resources' | 'expires' | 'depth' | 'budget' | 'provider' | 'model' | 'actor';
  readonly parent: readonly string[];
  readonly child: readonly string[];
  /** Continues "it …". */
  readonly plain: string;
};

/** A token held against another one, its parent. Grants of the principals are not looked at. */
export type TokenDiff = {
  readonly principal: string;
  readonly session: string;
  /** Agents of the parent, in order of delegation. */
  readonly via: readonly string[];
  /** `descendant`: it was made from the parent, and gains nothing. */
  readonly relation: 'same' | 'descendant' | 'ancestor' | 'unrelated';
  readonly gains: readonly TokenDifferenceResult[];
  readonly loses: readonly TokenDifferenceResult[];
};

export type TokenInspectResult = {
  readonly principal: string;
  readonly session: string;
  readonly repo: string;
  /** Null where no known root key signed it. */
  readonly root: PublicKeyHex | null;
  readonly sealed: boolean;
  readonly blocks: readonly TokenBlockResult[];
  readonly effective: EffectiveScope;
  /** `unchecked` outside a repository. */
  readonly trust: 'trusted' | 'unknown-root' | 'revoked' | 'wrong-repository' | 'unchecked';
  /** Null without `--diff`. */
  readonly diff: TokenDiff | null;
};

/** A token that was made in this clone, or an agent's that worked here. */
export type TokenSummary = {
  /** Whether it may still be used, grants aside; `ended`: its run is over, and its credential gone with it. */
  readonly status: 'live' | 'ended' | 'expired' | 'revoked';
  readonly principal: string;
  /** Null for one that its principal minted. */
  readonly agent: string | null;
  /** Agents before it, in order of delegation. */
  readonly via: readonly string[];
  readonly session: string;
  readonly holder: PublicKeyHex;
  /** Of its own block. */
  readonly revocationId: string;
  readonly expires: Instant | null;
  /** Null where it was made elsewhere. */
  readonly madeAt: Instant | null;
  /** Null where it was made elsewhere. */
  readonly operation: OperationId | null;
  /** Of its own block: what it was made from may have others. */
  readonly budgets: readonly BudgetResult[];
  /** States that it signed, in every thread here. */
  readonly states: number;
  /** Operations of this clone that it signed and that were allowed. */
  readonly operations: number;
  readonly denials: number;
  /** Null for one that was never used here. */
  readonly lastSeen: Instant | null;
};

export type TokenListResult = { readonly tokens: readonly TokenSummary[] };

export type TokenVerifyResult = {
  readonly ok: boolean;
  readonly principal: string | null;
  readonly findings: readonly Finding[];
};

/** Null `id` and `operation`: it was revoked already. */
export type TokenRevokeResult = {
  readonly id: AuthorityId | null;
  /** With everything that was made from it; null where a block is named. */
  readonly session: string | null;
  readonly block: string | null;
  /** Whose token it was; null where this clone never saw it. */
  readonly principal: string | null;
  /** Agents down to the one that lost it. */
  readonly via: readonly string[];
  readonly operation: OperationId | null;
};
