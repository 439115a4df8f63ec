import type { DenialCode } from '#domain/decision/decision.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import type { Instant } from '#domain/time.ts';

/** Rules as they are published; null where nothing is asked. */
export type RulesResult = { readonly [Rule in keyof PolicyRules]: PolicyRules[Rule] };

/** One rule before and after. */
export type RuleChange = {
  readonly rule: keyof PolicyRules;
  readonly before: string | number | readonly string[] | null;
  readonly after: string | number | readonly string[] | null;
};

/** A policy in force. */
export type PolicyResult = {
  readonly id: AuthorityId;
  readonly resource: string;
  readonly rules: RulesResult;
  readonly by: string;
  readonly since: Instant;
  /** Null where none was given or it was redacted. */
  readonly reason: string | null;
};

/** A live token that was seen here and is refused from then on. */
export type AffectedToken = {
  readonly principal: string;
  readonly via: readonly string[];
  readonly session: string;
  /** Of its last block: `token revoke --block` takes it. */
  readonly revocationId: string;
  readonly expires: Instant | null;
  readonly code: DenialCode;
  readonly message: string;
};

/** A change of one policy; with `dryRun` what it would be. */
export type PolicySetResult = {
  /** The record; null where nothing was changed. */
  readonly id: AuthorityId | null;
  readonly resource: string;
  readonly dryRun: boolean;
  readonly changes: readonly RuleChange[];
  /** What holds at the resource then, with what is asked above it. */
  readonly effective: RulesResult;
  readonly affected: readonly AffectedToken[];
  readonly reason: string | null;
  readonly operation: OperationId | null;
};

export type PolicyShowResult = {
  readonly resource: string;
  /** Null where there is none at just this resource. */
  readonly own: PolicyResult | null;
  /** From above, the repository's first. */
  readonly inherited: readonly PolicyResult[];
  readonly effective: RulesResult;
};

/** One record of a policy. */
export type PolicyLogEntry = {
  readonly id: AuthorityId;
  readonly resource: string;
  readonly by: string;
  readonly at: Instant;
  readonly reason: string | null;
  readonly changes: readonly RuleChange[];
  /** False where another took its place, or it ended one. */
  readonly inForce: boolean;
};
export type PolicyLogResult = { readonly entries: readonly PolicyLogEntry[] };
