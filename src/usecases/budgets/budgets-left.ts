import type { AuthorityView } from '#domain/authority/authority.ts';
import type { BudgetResult, EffectiveScope } from '#domain/results/token-results.ts';
import { countWith, NO_SPENDING, type Spent } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { countSpentUnder } from './count-spent.ts';

/** Says of each budget how much is left by now. Nothing is counted outside a repository, or where there is none. */
export async function withLeft<S extends EffectiveScope>(
  scope: S,
  workspace: Workspace | null,
  view: AuthorityView | null,
): Promise<S> {
  if (workspace === null || view === null || scope.budgets.length === 0) return scope;
  const holders = scope.budgets.map(({ holder }) => holder);
  const spent = await countSpentUnder(workspace, { holders, view, now: workspace.clock.now() });
  return { ...scope, budgets: scope.budgets.map((budget) => budgetLeft(budget, spent)) };
}

/** A budget with what is left of it; never less than nothing. */
export function budgetLeft(budget: Omit<BudgetResult, 'left'>, spent: readonly Spent[]): BudgetResult {
  const used = spent.find(({ holder }) => holder === budget.holder);
  if (used === undefined) return { ...budget, left: null };
  return { ...budget, left: Math.max(0, budget.atMost - countWith(budget.budget, used, NO_SPENDING)) };
}
