import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What landing rules still miss of a thread; clauses. Loaded late: most repositories ask for no approvals. */
export async function missingToLand(
  workspace: Workspace,
  { policies }: AuthorityView,
  thread: string,
): Promise<readonly string[]> {
  if (policies.every(({ rules }) => rules.approvals === null)) return [];
  const { missingRules } = await import('#usecases/reviews/show-review.ts');
  return missingRules(workspace, thread);
}
