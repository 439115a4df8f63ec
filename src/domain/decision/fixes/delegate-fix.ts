import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest, EngineFacts } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { isPlainName } from '#domain/actor/principal.ts';
import { ancestorsOf, commonAncestor, formatResource, parseResource } from '#domain/resource/resource.ts';
import { BUDGET_KINDS, budgetsOf, NO_SPENDING, type Budget, type BudgetKind } from '#domain/token/budget.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { chainAgents, type TokenBlock, type TokenCheck, type TokenChain } from '#domain/token/token.ts';
import { noFix, oneFix, type Remedy } from '#domain/decision/denial.ts';
import { loginRemedy } from './login-fix.ts';
import { breachesBy, policyRefuses, type Acting } from '#domain/decision/policy-facts.ts';
import { tokenLife } from '#domain/policy/life-limit.ts';
import type { BreachCode } from '#domain/policy/policy-breach.ts';
import { factsFor, holdsEverywhere } from '#domain/decision/request-facts.ts';

/** More would not fit a token; a longer list is no narrow one either. */
const MOST_RESOURCES = 16;

/** For a detected agent without a credential: somebody who may do it gives it one for just this. */
export function delegateRemedy(request: AuthorisationRequest): Remedy {
  if (operationRule(request.operation).floor) {
    return noFix(`${request.operation} is never done by an agent: a person runs it in their own session`);
  }
  const { actor, authority } = request;
  const holders = authority.principals
    .filter(({ revoked, principal }) => !revoked && holdsEverywhere(request, principal))
    .map(({ principal }) => principal);
  const own = findPrincipal(authority, actor.principal)?.principal;
  const who = own !== undefined && holders.includes(own) ? [own] : holders;
  if (who.length === 0) return noFix('nobody holds the role that this needs');
  const acting = { agent: actor.agent ?? 'agent', depth: 1, life: null };
  const useless = uselessUnder(request, acting);
  if (useless !== undefined) return noFix(`a credential of its own would not do: ${useless}`);
  const resources = listed(request, []);
  if (resources === undefined) return noFix('the resources have nothing in common that a token could name');
  return oneFix({
    argv: attenuateArgv(request, { agent: actor.agent ?? 'agent', resources, budget: {} }),
    who,
    needs: null,
    why: policyRefuses(request, acting)
      ? 'with a credential of its own, presented by HEDDLE_CREDENTIAL, the agent is then asked at the gate policy'
      : 'a credential of its own allows the agent this; it presents the file by HEDDLE_CREDENTIAL',
  });
}

/**
 * For a request outside the scope: whoever handed the too narrow token on makes another from what they have.
 * `first` is the earliest block that refused.
 */
export function widenRemedy(request: AuthorisationRequest, chain: TokenChain, first: number): Remedy {
  const { principal } = chain.authority;
  const delegations = chain.blocks.flatMap((block, index) =>
    block.kind === 'delegation' ? [{ agent: block.agent, index }] : [],
  );
  const leaf = delegations.at(-1);
  if (leaf === undefined) return loginRemedy(request, principal);
  const cut = delegations.findLast(({ index }) => index <= first);
  if (cut === undefined) {
    return noFix(
      `what ${principal} handed on is itself too narrow: it takes a wider session and a new credential`,
    );
  }
  return anewRemedy(request, chain, cut.index);
}

/** Another credential for who acts now, from whoever holds what the blocks before `cut` are. */
export function anewRemedy(request: AuthorisationRequest, chain: TokenChain, cut: number): Remedy {
  const { principal } = chain.authority;
  const agents = chainAgents(chain);
  const parent = chain.blocks.slice(0, cut);
  const giver = agents.findLast(({ block }) => block < cut)?.agent ?? principal;
  const resources = listed(request, resourceChecks(parent));
  if (resources === undefined || !parentAllows(request, chain, parent)) {
    return noFix(`${giver} does not have it either`);
  }
  const agent = agents.at(-1)?.agent ?? request.actor.agent ?? 'agent';
  const depth = agents.filter(({ block }) => block < cut).length + 1;
  const acting = { agent, depth, life: tokenLife(chain.authority) };
  const useless = uselessUnder(request, acting);
  if (useless !== undefined) return noFix(`a new credential would not do either: ${useless}`);
  const next = holdsEverywhere(request, principal)
    ? afterRole(request, acting)
    : 'then asked at the gate role';
  const budget = budgetAsked(request, chain, cut);
  return oneFix({
    argv: attenuateArgv(request, { agent, resources, budget }),
    who: [giver],
    needs: null,
    why: `a new credential from ${giver}, whose own reaches that far, is ${next}`,
  });
}

/** What policies refuse of a new credential whatever else it is: nobody makes one that cannot be used. */
function uselessUnder(request: AuthorisationRequest, acting: Acting): string | undefined {
  const found = breachesBy(request, acting).filter(({ breach }) => USELESS.includes(breach.code));
  return found[0]?.breach.message;
}

const USELESS: readonly BreachCode[] = ['POLICY_ACTOR', 'POLICY_LIFE', 'POLICY_DEPTH'];

function afterRole(request: AuthorisationRequest, acting: Acting): string {
  return policyRefuses(request, acting) ? 'then asked at the gate policy' : 'allowed this';
}

/** Tells whether every check of the parent's blocks holds for the request by a new child of that parent. */
function parentAllows(
  request: AuthorisationRequest,
  chain: TokenChain,
  parent: readonly TokenBlock[],
): boolean {
  const depth = parent.filter((block) => block.kind === 'delegation').length + 1;
  const checks = parent.flatMap((block) => block.checks);
  return request.resources.every((resource) => {
    const facts: EngineFacts = { ...factsFor(request, chain, resource), depth };
    return checks.every((check) => evaluateCheck(check, facts).holds);
  });
}

/**
 * Of each kind that was limited from the given block on: just what the request uses up. A new token has a key of its
 * own, under which nothing was spent yet. No request asks for minutes: one lets the agent begin.
 */
function budgetAsked(request: AuthorisationRequest, chain: TokenChain, from: number): Budget {
  const asks = request.asks ?? NO_SPENDING;
  const limited = new Set(budgetsOf(chain.blocks.slice(from)).map(({ budget }) => budget));
  const above = budgetsOf(chain.blocks.slice(0, from));
  const amounts = BUDGET_KINDS.filter((kind) => limited.has(kind)).map((kind): [BudgetKind, number] => {
    if (kind !== 'minutes') return [kind, asks[kind]];
    return [kind, Math.min(1, ...above.flatMap((check) => (check.budget === kind ? [check.atMost] : [])))];
  });
  return Object.fromEntries(amounts);
}

function resourceChecks(blocks: readonly TokenBlock[]): readonly Extract<TokenCheck, { kind: 'resource' }>[] {
  return blocks.flatMap((block) => block.checks).filter((check) => check.kind === 'resource');
}

/** The resources that a new token names: each, or what they have in common where the parent has that. */
function listed(
  request: AuthorisationRequest,
  checks: readonly Extract<TokenCheck, { kind: 'resource' }>[],
): readonly string[] | undefined {
  if (request.resources.length <= MOST_RESOURCES) return request.resources;
  const common = commonAncestor(request.resources.map(parseResource));
  if (common === undefined) return undefined;
  const near = ancestorsOf(formatResource(common));
  return checks.every((check) => near.some((scope) => check.anyOf.includes(scope)))
    ? [formatResource(common)]
    : undefined;
}

/** Names come from tokens that others wrote: one that could be an option or hide something is left out. */
function attenuateArgv(
  request: AuthorisationRequest,
  child: { readonly agent: string; readonly resources: readonly string[]; readonly budget: Budget },
): readonly string[] {
  const { agent, resources } = child;
  const budget = BUDGET_KINDS.flatMap((kind) => {
    const atMost = child.budget[kind];
    return atMost === undefined ? [] : [`${kind}=${atMost}`];
  });
  const { provider, model } = request.actor;
  const named = provider !== null && model !== null && isPlainName(provider) && isPlainName(model);
  return [
    'heddle',
    'token',
    'attenuate',
    '--agent',
    isPlainName(agent) ? agent : 'agent',
    ...(named ? ['--provider', provider, '--model', model] : []),
    '--allow',
    request.operation,
    ...resources.flatMap((resource) => ['--resource', resource]),
    ...(budget.length === 0 ? [] : ['--budget', budget.join(',')]),
    '--out',
    credentialFileName(agent),
  ];
}

/** Only what is harmless in a file name is kept of an agent's name. */
function credentialFileName(agent: string): string {
  const name = agent
    .replace(/[^A-Za-z0-9_-]/g, '')
    .replace(/^-+/, '')
    .slice(0, 40);
  return `${name === '' ? 'agent' : name}.hcred`;
}
