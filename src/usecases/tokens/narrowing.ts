import type { RequestOperation } from '#domain/authority/role.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import { budgetChecks, type Budget } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import type { PublicKeyHex, TokenCheck } from '#domain/token/token.ts';

/** How a token is narrowed; empty lists narrow nothing. */
export interface Narrowing {
  readonly operations: readonly RequestOperation[];
  readonly resources: readonly string[];
  /** Milliseconds; null for the default. */
  readonly life: number | null;
  /** The default, milliseconds; the verb's own where left out. */
  readonly usualLife?: number;
  /** What may be used up, at most. */
  readonly budget?: Budget | null;
  /** Only agents on these may use what comes of it. */
  readonly onlyProviders?: readonly string[];
  readonly onlyModels?: readonly string[];
  /** How many agents may be added below; null for the verb's default. */
  readonly depth?: number | null;
}

/** The checks that narrow the token of `holder` so, but for life and depth; throws `RESOURCE_INVALID`. */
export function narrowingChecks(
  { operations, resources, budget = null, onlyProviders = [], onlyModels = [] }: Narrowing,
  holder: PublicKeyHex,
): readonly TokenCheck[] {
  const canonical = resources.map((resource) => formatResource(parseResource(resource)));
  return [
    ...(operations.length === 0 ? [] : [{ kind: 'operation' as const, anyOf: operations }]),
    ...(canonical.length === 0 ? [] : [{ kind: 'resource' as const, anyOf: canonical }]),
    ...(onlyProviders.length === 0 ? [] : [{ kind: 'provider' as const, anyOf: onlyProviders }]),
    ...(onlyModels.length === 0 ? [] : [{ kind: 'model' as const, anyOf: onlyModels }]),
    ...budgetChecks(holder, budget ?? {}),
  ];
}

/** How a log line says what a new token may use up; nothing where it is not limited. */
export function budgetArgs({ budget = null }: Narrowing): {
  readonly budget?: { readonly [kind: string]: number };
} {
  const limited = BUDGET_KINDS.flatMap((kind): [string, number][] => {
    const atMost = budget?.[kind];
    return atMost === undefined ? [] : [[kind, atMost]];
  });
  return limited.length === 0 ? {} : { budget: Object.fromEntries(limited) };
}
