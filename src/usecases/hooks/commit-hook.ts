import type { Workspace } from '#ports/workspace.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { refuseSecrets } from '#usecases/secrets/refuse-secrets.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources, gitAsk, isAgents } from './hook-asks.ts';
import { requireAllowed } from './require-allowed.ts';
import { findStandingPass } from './standing-pass.ts';

/**
 * `pre-commit`: whoever commits may, and what they commit is neither removed content nor a secret. Returns what is only
 * told. Where a person commits, the same git may move the branch afterwards without being asked again, and the next commit
 * may do without heddle: see `findStandingPass`.
 */
export async function checkCommit(
  workspace: Workspace,
  ground: Ground,
  indexFile: string | null,
): Promise<readonly string[]> {
  const { view } = ground.authority;
  const hooks = await workspace.hooks();
  const [changes, { branch, commit }] = await Promise.all([hooks.staged(indexFile), hooks.head()]);
  const agents = isAgents(workspace, ground);
  const paths = changes.map(({ path }) => path);
  await requireAllowed(workspace, ground, gitAsk(agents, branchResources(view.repository, branch, paths)));
  await refuseShunned(workspace, changes);
  const [resource = view.repository] = branchResources(view.repository, branch, []);
  const notes = await refuseSecrets(workspace, view, { resource, changes: [changes], texts: {} });
  if (!agents) {
    hooks.notePass(branch, commit);
    const standing = await findStandingPass(workspace, ground, branch);
    if (standing !== undefined) hooks.noteStanding(standing);
  }
  return notes;
}
