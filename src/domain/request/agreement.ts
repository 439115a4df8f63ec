import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { RequestId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import { isExactAct, type ActInQuestion } from './intended-act.ts';

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
  /** What exactly was agreed to, as `actText`; null of a request that says no more than the operation. */
  readonly act: string | null;
  /** The principal who asked. */
  readonly by: string;
  readonly at: Instant;
  readonly approvals: readonly { readonly by: string; readonly at: Instant }[];
}

/** The agreements that are about just this: the same act, which may be about more places at once. None without an act. */
export function fittingAgreements(
  agreements: readonly Agreement[],
  asked: Pick<Agreement, 'operation' | 'resources' | 'granting'> & {
    readonly act?: ActInQuestion | undefined;
  },
): readonly Agreement[] {
  return agreements.filter(
    (agreement) =>
      agreement.operation === asked.operation &&
      agreement.granting === asked.granting &&
      isAbout(agreement, asked.act) &&
      asked.resources.every((resource) => agreement.resources.includes(resource)),
  );
}

function isAbout({ act, request }: Agreement, asked: ActInQuestion | undefined): boolean {
  if (asked === undefined || act === null || !isExactAct(act)) return false;
  if (asked.kind === 'some') return true;
  if (asked.kind === 'exact') return asked.act === act;
  return (asked.act ?? act) === act && (asked.consent ?? request) === request;
}
