import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ReviewerRule } from '#domain/review/party.ts';
import { ancestorsOf, formatResource, parseResource } from '#domain/resource/resource.ts';
import { BRANCH_RULES, HOOK_RULES, SECRET_RULES, SHUN_LIST_RULES } from './policy-codec.ts';
import { inBothRemotes } from './remote-rules.ts';
import { NO_RULES, type Policy, type PolicyMode, type PolicyRules } from './policy.ts';

type Policies = Pick<AuthorityView, 'repository' | 'policies'>;

/**
 * What is asked of a request about a resource: every policy at it or above adds up, and the strictest of each rule
 * holds, so that a policy further in can only narrow. Throws `RESOURCE_INVALID`.
 */
export function effectivePolicy(view: Policies, resource: string): PolicyRules {
  return rulesTogether(policiesAt(view, resource));
}

/** What some policies ask together. */
export function rulesTogether(policies: readonly Policy[]): PolicyRules {
  return policies.map(({ rules }) => rules).reduce(strictest, NO_RULES);
}

/**
 * The policies that a request about a resource is under, the repository's first, then nearer ones. What is above
 * the repository, or beside it, is under the repository's own. Throws `RESOURCE_INVALID`.
 */
export function policiesAt({ repository, policies }: Policies, resource: string): readonly Policy[] {
  if (policies.length === 0) return [];
  // Policies know no paths, and a path has as many ancestors as segments.
  const { thread, ...rest } = parseResource(resource);
  const near = ancestorsOf(formatResource({ repository: rest.repository, thread, path: [] }));
  const under = near.includes(repository) ? near.slice(0, near.indexOf(repository) + 1) : [repository];
  return under.toReversed().flatMap((at) => policies.filter((policy) => policy.resource === at));
}

function strictest(a: PolicyRules, b: PolicyRules): PolicyRules {
  return {
    attribution: stricterMode(a.attribution, b.attribution),
    attestation: stricterMode(a.attestation, b.attestation),
    providers: inBoth(a.providers, b.providers),
    models: inBoth(a.models, b.models),
    life: numbers(a.life, b.life, Math.min),
    depth: numbers(a.depth, b.depth, Math.min),
    agents: a.agents ?? b.agents,
    guarded: inEither(a.guarded, b.guarded),
    quorum: numbers(a.quorum, b.quorum, Math.max),
    wait: numbers(a.wait, b.wait, Math.max),
    excluded: a.excluded ?? b.excluded,
    breakGlass: a.breakGlass ?? b.breakGlass,
    approvals: numbers(a.approvals, b.approvals, Math.max),
    reviewers: inEither(reviewersOf(a), reviewersOf(b)),
    trailers: inBoth(a.trailers, b.trailers),
    branches: firstOf(BRANCH_RULES, a.branches, b.branches),
    secrets: firstOf(SECRET_RULES, a.secrets, b.secrets),
    remotes:
      a.remotes === null || b.remotes === null
        ? (a.remotes ?? b.remotes)
        : inBothRemotes(a.remotes, b.remotes),
    hooks: firstOf(HOOK_RULES, a.hooks, b.hooks),
    shunList: firstOf(SHUN_LIST_RULES, a.shunList, b.shunList),
  };
}

/** In what reviewers must differ from authors: in the principal, where approvals are asked for and nothing else is said. */
export function reviewersOf({ approvals, reviewers }: PolicyRules): readonly ReviewerRule[] | null {
  return reviewers ?? (approvals === null ? null : ['principal']);
}

function stricterMode(a: PolicyMode | null, b: PolicyMode | null): PolicyMode | null {
  return a === 'required' || b === 'required' ? 'required' : (a ?? b);
}

/** Of rules that are listed with the strictest first. */
function firstOf<T>(rules: readonly T[], a: T | null, b: T | null): T | null {
  return rules.find((rule) => rule === a || rule === b) ?? null;
}

function inBoth<T>(a: readonly T[] | null, b: readonly T[] | null): readonly T[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((item) => b.includes(item));
}

function inEither<T extends string>(a: readonly T[] | null, b: readonly T[] | null): readonly T[] | null {
  if (a === null || b === null) return a ?? b;
  return [...new Set([...a, ...b])].toSorted();
}

function numbers(
  a: number | null,
  b: number | null,
  choose: (a: number, b: number) => number,
): number | null {
  return a === null || b === null ? (a ?? b) : choose(a, b);
}
