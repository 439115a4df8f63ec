import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { RequestId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
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
  /** The principal who asked, and with which keys. */
  readonly by: string;
  readonly keys: readonly PublicKeyHex[];
  /** When it was asked: never before what this clone had recorded by then, whatever its signer says. */
  readonly at: Instant;
  /** False where only its signer says when it was asked. */
  readonly witnessed: boolean;
  readonly approvals: readonly Approval[];
  /** Who else has a part in what is agreed to: who redacted what is to be destroyed. */
  readonly authors?: readonly Author[];
}

/** Somebody who wanted what others agree to, with the keys that they did it by. */
export interface Author {
  readonly by: string;
  readonly keys: readonly PublicKeyHex[];
}

/** Somebody who agreed, when, and with which keys: the root key and the one that signed. */
export interface Approval {
  readonly by: string;
  readonly keys: readonly PublicKeyHex[];
  readonly at: Instant;
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
  if (asked.kind === 'exact') return asked.act === act && (asked.consent ?? request) === request;
  return (asked.act ?? act) === act && (asked.consent ?? request) === request;
}
