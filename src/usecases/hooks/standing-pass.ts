import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { StandingPass } from '#ports/boundary/hooks.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findShunCheck } from '#usecases/content/shunned.ts';
import { decide } from '#usecases/transaction/mutate.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { branchResources, gitAsk } from './hook-asks.ts';

/**
 * What heddle need not be asked at the next commits of a person to a branch: they may change all of it, and nothing was
 * ever removed here. It stands for one head of the authority, and until the first end of what allows it. Undefined where
 * that is not so. A branch that is allowed has each of its paths allowed: grants and scopes reach down, and policies know
 * no paths.
 */
export async function findStandingPass(
  workspace: Workspace,
  ground: Ground,
  branch: string | null,
): Promise<StandingPass | undefined> {
  const { view, headCommit } = ground.authority;
  const until = soonestEnd(ground);
  if (branch === null || until === undefined) return undefined;
  if ((await findShunCheck(workspace)) !== undefined) return undefined;
  const ask = gitAsk(false, branchResources(view.repository, branch, []));
  const decision = await decide(workspace, ground, ask);
  if (decision.kind === 'deny' || decision.consent !== undefined) return undefined;
  return { branch, authority: headCommit, until };
}

/** Undefined where something else than time ends it, as a budget is. */
function soonestEnd({ caller, authority, now }: Ground): number | undefined {
  if (caller.chain === null || caller.origin !== 'session') return undefined;
  const checks = caller.chain.blocks.flatMap((block) => block.checks);
  if (checks.some(({ kind }) => kind === 'budget')) return undefined;
  const grants = authority.view.grants.filter(({ principal }) => principal === caller.actor.principal);
  const ends: readonly (Instant | null)[] = [
    ...checks.map((check) => (check.kind === 'time' ? check.notAfter : null)),
    ...grants.map((grant) => grant.until),
  ];
  return Math.min(...ends.flatMap((end) => (end !== null && end > now ? [instantMilliseconds(end)] : [])));
}
