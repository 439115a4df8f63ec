import type { RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority, type AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { Refusals } from '#usecases/server/refusals.ts';

/**
 * Verifies the authority chain as a push would leave it: it begins with the genesis that the server has pinned, and has
 * everything that the server's has. Undefined where none holds.
 */
export async function judgePushedAuthority(
  candidate: Workspace,
  ref: RefChange | undefined,
  refusals: Refusals,
): Promise<AuthorityHistory | undefined> {
  if (ref?.new === null) {
    refusals.refuse('ROLLBACK', ref.name, 'the authority chain is not taken away');
    return undefined;
  }
  const report = new VerifyReport();
  const history = await verifyAuthority(candidate, report);
  refusals.takeOver(report);
  if (history === undefined || ref === undefined || ref.old === null) return history;
  if (!history.commits.has(ref.old)) {
    refusals.refuse(
      'ROLLBACK',
      ref.name,
      'it lacks records that the server has: an older head, or one that went another way',
    );
  }
  return history;
}
