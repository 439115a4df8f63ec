import type { RequestOperation } from '#domain/authority/role.ts';
import { BUDGET_KINDS, type BudgetKind } from './budget-kind.ts';
import type { PublicKeyHex, TokenBlock, TokenChain, TokenCheck } from './token.ts';

/** At most so much of each; a kind that is left out is not limited. Whole numbers, not negative. */
export type Budget = { readonly [Kind in BudgetKind]?: number };

export type BudgetCheck = Extract<TokenCheck, { readonly kind: 'budget' }>;

/** What one request adds to what was used up. */
export interface Spending {
  readonly states: number;
  /** Paths touched. */
  readonly files: number;
  /** Lines added and lines removed, together. */
  readonly lines: number;
}

/** Of a request that uses nothing up. */
export const NO_SPENDING: Spending = { states: 0, files: 0, lines: 0 };

/** Reads `states=10,files=50`: any of the kinds, each once. A text for what is none: a clause on what is wrong. */
export function parseBudget(text: string): Budget | string {
  const budget = new Map<string, number>();
  for (const part of text.split(',')) {
    const [word = '', count = '', ...more] = part.split('=');
    const kind = BUDGET_KINDS.find((known) => known === word);
    if (kind === undefined || more.length > 0) return `cannot be '${part.slice(0, 60)}'`;
    if (budget.has(kind)) return `names ${kind} twice`;
    const atMost = /^(?:0|[1-9]\d{0,15})$/.test(count) ? Number(count) : Number.NaN;
    if (!Number.isSafeInteger(atMost)) return `names no whole number of ${kind}`;
    budget.set(kind, atMost);
  }
  return Object.fromEntries(budget);
}

/** The same as text; undefined where nothing is limited. */
export function formatBudget(budget: Budget): string | undefined {
  const parts = BUDGET_KINDS.flatMap((kind) => {
    const atMost = budget[kind];
    return atMost === undefined ? [] : [`${kind}=${atMost}`];
  });
  return parts.length === 0 ? undefined : parts.join(',');
}

/** What the smallest request of that kind would use up, before anything was done: no lines were written yet. */
export function leastSpending(operation: RequestOperation, resources: readonly string[]): Spending {
  return operation === 'state:capture' ? { states: 1, files: resources.length, lines: 0 } : NO_SPENDING;
}

/** What was used up before under every chain in which this key is a holder. */
export interface Spent extends Spending {
  readonly holder: PublicKeyHex;
  /** Since the first line that was signed under it, begun ones counted whole; 0 where there is none. */
  readonly minutes: number;
}

/** The checks of a budget for the token of `holder`, in the order of {@link BUDGET_KINDS}. */
export function budgetChecks(holder: PublicKeyHex, budget: Budget): readonly BudgetCheck[] {
  return BUDGET_KINDS.flatMap((kind): BudgetCheck[] => {
    const atMost = budget[kind];
    return atMost === undefined ? [] : [{ kind: 'budget', budget: kind, holder, atMost }];
  });
}

/** All budget checks of some blocks, in block order. */
export function budgetsOf(blocks: readonly TokenBlock[]): readonly BudgetCheck[] {
  return blocks.flatMap((block) => block.checks).filter((check) => check.kind === 'budget');
}

/** The holders whose spending the budgets of some blocks ask for. */
export function budgetHolders(blocks: readonly TokenBlock[]): readonly PublicKeyHex[] {
  return [...new Set(budgetsOf(blocks).map(({ holder }) => holder))];
}

/** Tells whether a chain has a budget of a kind. */
export function hasBudget(chain: Pick<TokenChain, 'blocks'> | null, kind: BudgetKind): boolean {
  return budgetsOf(chain?.blocks ?? []).some(({ budget }) => budget === kind);
}

/**
 * Nothing used up under any holder of a budget: for what uses nothing up itself and is judged again where no log
 * tells. States, files and lines stay within their bounds there anyway; minutes are not asked again.
 */
export function unspent(blocks: readonly TokenBlock[]): readonly Spent[] {
  return budgetHolders(blocks).map((holder) => ({ ...NO_SPENDING, holder, minutes: 0 }));
}

/** What a request brings a budget's count to. Time passes by itself: no request adds to it. */
export function countWith(kind: BudgetKind, spent: Spent, asked: Spending): number {
  return kind === 'minutes' ? spent.minutes : spent[kind] + asked[kind];
}
