import type { RequestOperation } from '#domain/authority/role.ts';
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
  /** The principal who asked. */
  readonly by: string;
  readonly at: Instant;
  readonly approvals: readonly { readonly by: string; readonly at: Instant }[];
}

/** The agreements that are about just this, or about more at once. */
export function fittingAgreements(
  agreements: readonly Agreement[],
  asked: { readonly operation: RequestOperation; readonly resources: readonly string[] },
): readonly Agreement[] {
  return agreements.filter(
    ({ operation, resources }) =>
      operation === asked.operation && asked.resources.every((resource) => resources.includes(resource)),
  );
}
