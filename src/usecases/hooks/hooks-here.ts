import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { StatusResult } from '#domain/results/work-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { hookFindings } from './hook-findings.ts';

/** How the hooks of this clone stand, in short; nothing is looked at where none are installed, or there is no git. */
export async function hooksHere(
  workspace: Pick<Workspace, 'hooks'>,
  view: Pick<AuthorityView, 'repository' | 'policies'>,
): Promise<StatusResult['hooks']> {
  try {
    const hooks = await workspace.hooks();
    if (!hooks.installed()) return null;
    const findings = hookFindings(await hooks.inspect());
    const mode = effectivePolicy(view, view.repository).hooks ?? 'enforce';
    return { mode, ok: findings.length === 0 };
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'GIT_MISSING') return null;
    throw error;
  }
}

/** What `status` says of hooks that do not stand as they should. */
export function hookAttention(hooks: StatusResult['hooks']): StatusResult['attention'] {
  if (hooks === null || hooks.ok) return [];
  return [{ message: 'hooks do not stand as they were installed', command: ['heddle', 'hook', 'status'] }];
}
