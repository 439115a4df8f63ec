import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { RequestId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';

/**
 * A request for a guarded operation, and who agreed to it. Made only from records whose signatures hold, of requests
 * that are open, and of approvals by people who held the needed role at every resource when they gave them.
 */
export interface Agreement {
  readonly request: RequestId;
  readonly operation: RequestOperation;
  readonly resources: readonly string[];
  /** The role that a grant would give; null for anything else. */
  readonly granting: Role | null;
  /** The principal who asked. */
  readonly by: string;
  readonly at: Instant;
  readonly approvals: readonly { readonly by: string; readonly at: Instant }[];
}

/** The agreements that are about just this, or about more at once. */
export function fittingAgreements(
  agreements: readonly Agreement[],
  asked: Pick<Agreement, 'operation' | 'resources' | 'granting'>,
): readonly Agreement[] {
  return agreements.filter(
    ({ operation, resources, granting }) =>
      operation === asked.operation &&
      granting === asked.granting &&
      asked.resources.every((resource) => resources.includes(resource)),
  );
}
