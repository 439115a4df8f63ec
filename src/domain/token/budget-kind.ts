/** What a token may use up: states captured, paths touched, lines changed, minutes since its first use. */
export const BUDGET_KINDS = ['states', 'files', 'lines', 'minutes'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];
