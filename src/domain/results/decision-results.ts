import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type {
  Allowance,
  AskedRule,
  DenialCode,
  FailedCheck,
  Fix,
  HeldRole,
  Via,
} from '#domain/decision/decision.ts';
import type { Gate } from '#domain/decision/gate.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { RoleAt } from './grant-results.ts';

/** `heddle/denial/v1`: an error with more. */
export type DenialResult = {
  /** The log line that recorded it; null under `can`. */
  readonly id: OperationId | null;
  readonly code: DenialCode;
  readonly message: string;
  readonly exit: 77;
  readonly stage: Gate;
  readonly operation: RequestOperation;
  readonly resource: string;
  readonly denied: readonly string[];
  readonly principal: string | null;
  readonly via: readonly Via[];
  readonly required: RoleAt | null;
  readonly held: HeldRole | null;
  /** Where something is held instead; null where `held` is not. */
  readonly nearest: HeldRole | null;
  readonly failed: readonly FailedCheck[];
  readonly fixes: readonly Fix[];
  readonly why: string | null;
  /** How the caller asks somebody who can change this; null where they can themselves, or nobody can. */
  readonly request: readonly string[] | null;
  readonly gates: readonly Gate[];
  readonly policy: AuthorityId;
  /** The rule of a policy that refused; null where none did. */
  readonly rule: AskedRule | null;
  readonly preserved: string;
};

export type CanResult = {
  /** Whom `--as` asked for; null where the caller asked for itself. */
  readonly as: string | null;
  readonly allowed: boolean;
  readonly decision: Allowance | null;
  readonly denial: DenialResult | null;
};

export type MatrixCell = {
  readonly resource: string;
  /** `own`: only where the caller's own work is concerned. */
  readonly answer: 'yes' | 'own' | 'no';
  /** Where it was refused; of `own`, for others' work. Null for `yes`. */
  readonly stage: Gate | null;
  readonly code: DenialCode | null;
};

export type CanMatrixResult = {
  /** Whom `--as` asked for; null where the caller asked for itself. */
  readonly as: string | null;
  /** Null where nothing names a principal. */
  readonly principal: string | null;
  readonly via: readonly string[];
  readonly resources: readonly string[];
  readonly rows: readonly {
    readonly operation: RequestOperation;
    /** The role that it needs. */
    readonly role: Role;
    readonly cells: readonly MatrixCell[];
  }[];
  readonly policy: AuthorityId;
};
