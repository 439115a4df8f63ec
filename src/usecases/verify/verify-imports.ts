import type { Workspace } from '#ports/workspace.ts';
import { examineImports } from '#usecases/attribution/imports/examine-imports.ts';
import type { VerifyReport } from './report.ts';
import type { AuthorityHistory } from './verify-authority.ts';

/**
 * Verifies the set of imports by itself: shape, texts, signatures, token chains, and whether whoever imported could.
 * What they claim is nobody's to verify. One ref is read where there is no import.
 */
export async function verifyImports(
  workspace: Workspace,
  report: VerifyReport,
  history: AuthorityHistory,
): Promise<void> {
  const { records, problems } = await examineImports(workspace, history);
  report.count('signatures', records.length);
  report.count('chains', records.length);
  for (const { subject, why } of problems) report.find('import', subject, why);
}
