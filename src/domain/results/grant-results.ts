import type { Role } from '#domain/authority/role.ts';
import type { HeldRole } from '#domain/decision/decision.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';

export type RoleAt = { readonly role: Role; readonly at: string };

export type GrantResult = {
  readonly id: AuthorityId;
  readonly principal: string;
  readonly role: Role;
  readonly resource: string;
  readonly by: string;
  readonly since: Instant;
  readonly until: Instant | null;
  /** Null where none was given or it was redacted. */
  readonly reason: string | null;
};

export type GrantAddResult = { readonly grant: GrantResult; readonly operation: OperationId };

export type GrantRemoveResult = {
  readonly grant: GrantResult;
  /** Of the removal. */
  readonly reason: string | null;
  readonly operation: OperationId;
};

/** Whether it was given at the resource itself or comes from above. */
export type GrantReach = 'direct' | 'inherited';

export type EffectiveRole = {
  readonly principal: string;
  /** Whether it has live keys: without them a grant gives nothing. */
  readonly registered: boolean;
  readonly at: string;
  /** The highest role of all grants that count there; null for none. */
  readonly held: HeldRole | null;
  /** Null where nothing is held. */
  readonly reach: GrantReach | null;
};

export type GrantListResult = {
  /** The resource that was asked about. */
  readonly at: string | null;
  readonly grants: readonly (GrantResult & {
    /** Null where no resource was asked about. */
    readonly reach: GrantReach | null;
  })[];
  /** Null where it was not asked for. */
  readonly effective: readonly EffectiveRole[] | null;
};

export type GrantLogEntry = {
  /** The authority record that says it; the genesis for its owners. */
  readonly record: AuthorityId;
  readonly action: 'add' | 'remove';
  readonly by: string;
  readonly at: Instant;
  /** Of this record. Null where none was given or it was redacted. */
  readonly reason: string | null;
  /** What is given or taken back. */
  readonly grant: GrantResult;
  /** What became of the grant by now. */
  readonly status: 'active' | 'ended' | 'removed';
};

export type GrantLogResult = { readonly entries: readonly GrantLogEntry[] };
