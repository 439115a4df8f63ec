import { findPrincipal, grantsAt, heldAt, heldElsewhere } from '#domain/authority/authority-view.ts';
import type { RegisteredPrincipal } from '#domain/authority/authority.ts';
import type { AuthorisationRequest, EngineFacts, HeldRole, Via } from './decision.ts';
import { breakGlassRole } from '#domain/policy/break-glass.ts';
import { operationRule } from './operation-rules.ts';
import { ancestorsOf, parseResource } from '#domain/resource/resource.ts';
import { rolesSatisfying, satisfiesRole, type Role } from '#domain/authority/role.ts';
import { NO_SPENDING } from '#domain/token/budget.ts';
import { chainAgents, type TokenChain } from '#domain/token/token.ts';

/** What the needed role depends on. */
type Needy = Pick<AuthorisationRequest, 'operation' | 'own' | 'granting' | 'breakGlass' | 'authority'>;
/** The same at a place and time. */
type NeedyThere = Needy & Pick<AuthorisationRequest, 'resources' | 'now'>;

/** The role that a request needs at each of its resources. */
export function neededRole(request: Needy): Role {
  if (request.operation === 'repo:freeze' && request.breakGlass === true)
    return breakGlassRole(request.authority);
  const rule = operationRule(request.operation);
  const role = request.own === true ? rule.ownRole : rule.role;
  return request.granting !== null && satisfiesRole(request.granting, role) ? request.granting : role;
}

/** False where the request concerns the caller's own, and that is enough. */
export function needsRole({ operation, own }: Pick<AuthorisationRequest, 'operation' | 'own'>): boolean {
  return own !== true || operationRule(operation).own === 'role';
}

/** The chain of a request, where the strict reader gave one. */
export function presentedChain(request: AuthorisationRequest): TokenChain | null {
  return request.credential.kind === 'chain' ? request.credential.chain : null;
}

/** The principal behind a chain whose root key is that principal's live one; undefined for any other. */
export function trustedPrincipal(request: AuthorisationRequest): RegisteredPrincipal | undefined {
  const chain = presentedChain(request);
  const principal = chain === null ? undefined : findPrincipal(request.authority, chain.authority.principal);
  return principal !== undefined && principal.keys.root === chain?.root ? principal : undefined;
}

/** Who is said to act: what the credential says, trusted or not, else what the caller said. */
export function claimedPrincipal(request: AuthorisationRequest): string | null {
  const said = presentedChain(request)?.authority.principal ?? request.actor.principal;
  return said === '' || said === 'unknown' ? null : said;
}

/** What the caller holds at a resource; null for callers that are not known for sure. */
export function callerHolds(request: AuthorisationRequest, resource: string): HeldRole | null {
  const principal = trustedPrincipal(request)?.principal;
  return principal === undefined ? null : heldAt(request.authority, principal, resource, request.now);
}

/** Where the caller holds something after all, for whom nothing is held at a resource. */
export function callerHoldsElsewhere(request: AuthorisationRequest, resource: string): HeldRole | null {
  const principal = trustedPrincipal(request)?.principal;
  return principal === undefined ? null : heldElsewhere(request.authority, principal, resource, request.now);
}

/** Tells whether a principal holds the role that the request needs at a resource. */
export function holdsNeeded(
  request: Omit<NeedyThere, 'resources'>,
  principal: string,
  resource: string,
): boolean {
  const held = heldAt(request.authority, principal, resource, request.now);
  return held !== null && satisfiesRole(held.role, neededRole(request));
}

/** The same at every resource of the request. */
export function holdsEverywhere(request: NeedyThere, principal: string): boolean {
  return request.resources.every((resource) => holdsNeeded(request, principal, resource));
}

/** Of a resource's ancestors more would cost the engine more than it may take: a hostile path. */
const MOST_ANCESTORS = 1024;
/** A shorter text has not the segments for so many, whatever it says. */
const SHORTEST_DEEP = 120;

/** The resources of a request that are nested too deeply to be evaluated. */
export function tooDeep({ resources }: AuthorisationRequest): readonly string[] {
  return resources.filter((text) => {
    if (text.length < SHORTEST_DEEP) return false;
    const { repository, thread, path } = parseResource(text);
    return repository.length - 1 + (thread.length + 1) * (path.length + 1) > MOST_ANCESTORS;
  });
}

/** The agents that the caller acts through, in order of delegation. */
export function agentsOf(chain: TokenChain | null): readonly Via[] {
  if (chain === null) return [];
  return chainAgents(chain).map(({ agent, block, holder }) => ({ agent, block, key: holder }));
}

/** Everything that checks and policy are evaluated on, for one resource of a request. */
export function factsFor(request: AuthorisationRequest, chain: TokenChain, resource: string): EngineFacts {
  const { authority, now, actor, operation } = request;
  const grants = grantsAt(authority, chain.authority.principal, resource, now);
  return {
    operation,
    within: ancestorsOf(resource),
    satisfies: rolesSatisfying(neededRole(request)),
    grants: grants.map((grant) => ({ role: grant.role, resource: grant.resource })),
    time: now,
    depth: chainAgents(chain).length,
    provider: actor.provider,
    model: actor.model,
    spent: request.spent ?? [],
    asks: request.asks ?? NO_SPENDING,
  };
}
