import { covers } from '#domain/resource/resource.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { Instant } from '#domain/time.ts';
import { budgetsOf, type BudgetCheck } from './budget.ts';
import type { TokenBlock, TokenCheck } from './token.ts';
import { budgetWords } from './token-words.ts';

/** What all checks of a chain leave together; null where no check speaks of it. */
export interface EffectiveScope {
  readonly operations: readonly RequestOperation[] | null;
  /** One list for each resource check, in block order; a request must be covered by one of every list. */
  readonly resources: readonly (readonly string[])[];
  readonly notAfter: Instant | null;
  /** Agents in the chain, at most. */
  readonly depth: number | null;
  readonly providers: readonly string[] | null;
  readonly models: readonly string[] | null;
  /** Every bound, in block order: each counts for another holder, so none replaces another. */
  readonly budgets: readonly BudgetCheck[];
}

/** A check of a parent that would stop what a child asks for. */
export interface Widening {
  readonly block: number;
  /** The agent of that block; null for the authority block and for blocks that name nobody. */
  readonly agent: string | null;
  readonly check: TokenCheck;
  /** The operation, resource, time, depth or name that was asked for in vain. */
  readonly asked: string;
}

/** What a child is to be: its checks, and whom it names. */
export interface ChildRequest {
  readonly checks: readonly TokenCheck[];
  readonly provider: string | null;
  readonly model: string | null;
}

/** Intersects the checks of all blocks. */
export function effectiveScope(blocks: readonly TokenBlock[]): EffectiveScope {
  const checks = blocks.flatMap((block) => block.checks);
  const times = checks.flatMap((check) => (check.kind === 'time' ? [check.notAfter] : []));
  const depths = checks.flatMap((check) => (check.kind === 'depth' ? [check.atMost] : []));
  return {
    operations: intersect(checks.flatMap((check) => (check.kind === 'operation' ? [check.anyOf] : []))),
    resources: checks.flatMap((check) => (check.kind === 'resource' ? [check.anyOf] : [])),
    notAfter: times.toSorted()[0] ?? null,
    depth: depths.length === 0 ? null : Math.min(...depths),
    providers: intersect(checks.flatMap((check) => (check.kind === 'provider' ? [check.anyOf] : []))),
    models: intersect(checks.flatMap((check) => (check.kind === 'model' ? [check.anyOf] : []))),
    budgets: budgetsOf(blocks),
  };
}

/**
 * Finds the first block of a parent that would stop what a child's checks ask for; undefined where the
 * child stays within. Not naming a thing asks for nothing: the parent's own check still holds.
 */
export function findWidening(parents: readonly TokenBlock[], child: ChildRequest): Widening | undefined {
  const depth = parents.filter((block) => block.kind === 'delegation').length + 1;
  for (const [block, parent] of parents.entries()) {
    for (const check of parent.checks) {
      const asked = stopped(check, child, depth);
      if (asked !== undefined) {
        return { block, agent: parent.kind === 'delegation' ? parent.agent : null, check, asked };
      }
    }
  }
  return undefined;
}

/** What of the child `check` stops; undefined where it lets all of it pass. */
function stopped(check: TokenCheck, child: ChildRequest, depth: number): string | undefined {
  const asks = child.checks;
  switch (check.kind) {
    case 'operation':
      return firstOutside(named(asks, 'operation'), check.anyOf);
    case 'provider':
      return firstOutside([...named(asks, 'provider'), ...present(child.provider)], check.anyOf);
    case 'model':
      return firstOutside([...named(asks, 'model'), ...present(child.model)], check.anyOf);
    case 'resource':
      return named(asks, 'resource').find((asked) => !check.anyOf.some((scope) => covers(scope, asked)));
    case 'time':
      return asks
        .flatMap((ask) => (ask.kind === 'time' ? [ask.notAfter] : []))
        .find((asked) => asked > check.notAfter);
    case 'depth':
      return [depth, ...asks.flatMap((ask) => (ask.kind === 'depth' ? [ask.atMost] : []))]
        .find((asked) => asked > check.atMost)
        ?.toString();
    case 'budget':
      return wideBudget(check, asks);
  }
}

/** Bound against bound: what of the parent's is used up the decision knows. */
function wideBudget({ budget, atMost }: BudgetCheck, asks: readonly TokenCheck[]): string | undefined {
  const wider = asks.find((ask) => ask.kind === 'budget' && ask.budget === budget && ask.atMost > atMost);
  return wider?.kind === 'budget' ? budgetWords(budget, wider.atMost) : undefined;
}

function named(
  checks: readonly TokenCheck[],
  kind: 'operation' | 'resource' | 'provider' | 'model',
): readonly string[] {
  return checks.flatMap((check) => (check.kind === kind ? check.anyOf : []));
}

function present(name: string | null): readonly string[] {
  return name === null ? [] : [name];
}

function firstOutside(asked: readonly string[], allowed: readonly string[]): string | undefined {
  return asked.find((item) => !allowed.includes(item));
}

function intersect<T>(lists: readonly (readonly T[])[]): readonly T[] | null {
  const [first, ...rest] = lists;
  return first?.filter((item) => rest.every((list) => list.includes(item))) ?? null;
}
