import { REQUEST_OPERATIONS, type RequestOperation } from '#domain/authority/role.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { covers } from '#domain/resource/resource.ts';
import type { BudgetCheck } from './budget.ts';
import type { TokenBlock } from './token.ts';
import { effectiveScope, type EffectiveScope } from './token-scope.ts';
import { blockDatalog, budgetWords } from './token-words.ts';

/** What a token says, as the reader found it. */
export interface ReadToken {
  readonly blocks: readonly TokenBlock[];
  readonly revocationIds: readonly string[];
}

/** `descendant`: the second token was made from the first one. */
export type TokenRelation = 'same' | 'descendant' | 'ancestor' | 'unrelated';

/** One thing that one of two tokens has more of. Empty lists: not limited, or nobody. */
export interface TokenDifference {
  readonly what: 'operations' | 'resources' | 'expires' | 'depth' | 'budget' | 'provider' | 'model' | 'actor';
  readonly parent: readonly string[];
  readonly child: readonly string[];
}

export interface TokenComparison {
  readonly relation: TokenRelation;
  /** What the second may and the first may not. Of a descendant always empty. */
  readonly gains: readonly TokenDifference[];
  /** What the first may and the second may not. */
  readonly loses: readonly TokenDifference[];
}

/**
 * Compares what two tokens may, apart from their principals' grants. A gain is reported where it cannot be ruled
 * out: of unrelated tokens that narrow resources by several lists, perhaps one too many.
 */
export function compareTokens(parent: ReadToken, child: ReadToken): TokenComparison {
  const [before, after] = [powersOf(parent.blocks), powersOf(child.blocks)];
  return {
    relation: relationOf(parent, child),
    gains: lost(after, before).map((difference) => ({
      ...difference,
      parent: difference.child,
      child: difference.parent,
    })),
    loses: lost(before, after),
  };
}

/** Blocks are compared too: ids are signatures, and nobody has checked the first one's here. */
function relationOf(parent: ReadToken, child: ReadToken): TokenRelation {
  const [first, second] = [identities(parent), identities(child)];
  const shared = Math.min(first.length, second.length);
  if (first.slice(0, shared).join('\n') !== second.slice(0, shared).join('\n')) return 'unrelated';
  if (first.length === second.length) return 'same';
  return first.length < second.length ? 'descendant' : 'ancestor';
}

function identities({ blocks, revocationIds }: ReadToken): readonly string[] {
  return blocks.map((block, index) => JSON.stringify([revocationIds[index], blockDatalog(block)]));
}

interface Powers extends Omit<EffectiveScope, 'operations' | 'depth'> {
  readonly operations: readonly RequestOperation[];
  readonly agents: readonly string[];
  /** How many more agents may be added; null: not limited. */
  readonly depthLeft: number | null;
}

function powersOf(blocks: readonly TokenBlock[]): Powers {
  const scope = effectiveScope(blocks);
  const agents = blocks.flatMap((block) => (block.kind === 'delegation' ? [block.agent] : []));
  const allowed = scope.operations ?? REQUEST_OPERATIONS;
  return {
    ...scope,
    agents,
    operations: allowed.filter((operation) => {
      const { floor, own } = operationRule(operation);
      // The floor is for a principal's own first block alone; what needs but a live credential no block takes away.
      return floor ? blocks.length === 1 : own !== 'nothing';
    }),
    depthLeft: scope.depth === null ? null : Math.max(0, scope.depth - agents.length),
  };
}

/** What `from` has and `to` has not. */
function lost(from: Powers, to: Powers): readonly TokenDifference[] {
  const operations = from.operations.filter((operation) => !to.operations.includes(operation));
  return [
    ...(operations.length === 0 ? [] : [difference('operations', from.operations, to.operations)]),
    ...narrowerResources(from, to),
    ...(isLess(to.notAfter, from.notAfter)
      ? [difference('expires', one(from.notAfter), one(to.notAfter))]
      : []),
    ...(isLess(to.depthLeft, from.depthLeft)
      ? [difference('depth', one(from.depthLeft), one(to.depthLeft))]
      : []),
    ...narrowerBudgets(from, to),
    ...narrowerNames('provider', from.providers, to.providers),
    ...narrowerNames('model', from.models, to.models),
    ...(to.agents.length > from.agents.length ? [difference('actor', from.agents, to.agents)] : []),
  ];
}

function difference(
  what: TokenDifference['what'],
  parent: readonly string[],
  child: readonly string[],
): TokenDifference {
  return { what, parent, child };
}

/** One for each list of `to` that none of the lists of `from` is within already. */
function narrowerResources(from: Powers, to: Powers): readonly TokenDifference[] {
  const within = (inner: readonly string[], outer: readonly string[]): boolean =>
    inner.every((resource) => outer.some((scope) => covers(scope, resource)));
  return to.resources
    .filter((outer) => !from.resources.some((inner) => within(inner, outer)))
    .map((list) => difference('resources', from.resources.at(-1) ?? [], list));
}

/** Each bound of `to` that `from` does not keep to anyway: one of the same holder, as tight. */
function narrowerBudgets(from: Powers, to: Powers): readonly TokenDifference[] {
  const keeps = ({ budget, holder, atMost }: BudgetCheck): boolean =>
    from.budgets.some(
      (bound) => bound.budget === budget && bound.holder === holder && bound.atMost <= atMost,
    );
  return to.budgets
    .filter((bound) => !keeps(bound))
    .map(({ budget, atMost }) => {
      const before = from.budgets.filter((bound) => bound.budget === budget).map((bound) => bound.atMost);
      const tightest = before.length === 0 ? [] : [budgetWords(budget, Math.min(...before))];
      return difference('budget', tightest, [budgetWords(budget, atMost)]);
    });
}

function narrowerNames(
  what: 'provider' | 'model',
  from: readonly string[] | null,
  to: readonly string[] | null,
): readonly TokenDifference[] {
  const isNarrower = to !== null && (from === null || from.some((name) => !to.includes(name)));
  return isNarrower ? [difference(what, from ?? [], to)] : [];
}

/** Null is without end. */
function isLess<T extends string | number>(a: T | null, b: T | null): boolean {
  return a !== null && (b === null || a < b);
}

function one(value: string | number | null): readonly string[] {
  return value === null ? [] : [String(value)];
}
