import type {
  AuthorisationRequest,
  DenialCode,
  EvaluateToken,
  FailedCheck,
} from '#domain/decision/decision.ts';
import { satisfiesRole } from '#domain/authority/role.ts';
import type { TokenCheck, TokenChain } from '#domain/token/token.ts';
import { widenRemedy } from '#domain/decision/fixes/delegate-fix.ts';
import { usualRemedy, type Refusal } from '#domain/decision/denial.ts';
import { evaluateGroup, type IndexedCheck } from './evaluate-group.ts';
import { groupResources } from './groups.ts';
import { callerHolds, neededRole, tooDeep } from '#domain/decision/request-facts.ts';
import { grantRemedy } from '#domain/decision/fixes/role-fix.ts';

/** What evaluating every group found. */
interface Findings {
  readonly outOfScope: readonly string[];
  readonly withoutRole: readonly string[];
  readonly failed: readonly IndexedCheck[];
}

/** Scope, then role, of every resource. All refused resources are named whichever of the two refused them. */
export function scopeAndRoleGates(
  request: AuthorisationRequest,
  credential: { readonly chain: TokenChain; readonly bytes: Uint8Array },
  evaluate: EvaluateToken,
): Refusal | null {
  const deep = tooDeep(request);
  if (deep.length > 0) return limit(deep, `${(deep[0] ?? '').slice(0, 200)} has too many ancestors`);
  const scoped = new Set<string>();
  const roleless = new Set<string>();
  const failed = new Map<string, IndexedCheck>();
  for (const group of groupResources(request, credential.chain)) {
    const outcome = evaluateGroup(request, credential, { group, evaluate });
    if (outcome.kind === 'limit') return limit(group.resources, outcome.why);
    if (outcome.failed.length > 0) for (const resource of group.resources) scoped.add(resource);
    if (!outcome.held) for (const resource of group.resources) roleless.add(resource);
    for (const entry of outcome.failed) {
      const key = `${entry.failed.block}/${entry.check}`;
      if (!failed.has(key)) failed.set(key, entry);
    }
  }
  const findings: Findings = {
    outOfScope: request.resources.filter((resource) => scoped.has(resource)),
    withoutRole: request.resources.filter((resource) => roleless.has(resource)),
    failed: [...failed.values()].toSorted(byPlace),
  };
  return (
    scopeRefusal(request, credential.chain, findings) ?? roleRefusal(request, credential.chain, findings)
  );
}

function byPlace(a: IndexedCheck, b: IndexedCheck): number {
  return a.failed.block - b.failed.block || a.check - b.check;
}

function limit(denied: readonly string[], why: string): Refusal {
  return {
    code: 'EVALUATION_LIMIT',
    message: `the request could not be evaluated: ${why}`,
    remedy: usualRemedy('EVALUATION_LIMIT'),
    denied,
  };
}

const SCOPE_CODES: Readonly<Record<TokenCheck['kind'], DenialCode>> = {
  operation: 'SCOPE_OPERATION',
  resource: 'SCOPE_RESOURCE',
  time: 'SCOPE_TIME',
  provider: 'SCOPE_ACTOR',
  model: 'SCOPE_ACTOR',
  depth: 'SCOPE_DEPTH',
  budget: 'SCOPE_BUDGET',
};

function scopeRefusal(request: AuthorisationRequest, chain: TokenChain, findings: Findings): Refusal | null {
  const first = findings.failed[0];
  const kind = first === undefined ? undefined : chain.blocks[first.failed.block]?.checks[first.check]?.kind;
  if (first === undefined || kind === undefined) return null;
  const { block, agent, check } = first.failed;
  const place = agent === null ? `block ${block}` : `block ${block} (${agent})`;
  return {
    code: SCOPE_CODES[kind],
    message: `${place} of the credential allows ${check}`,
    remedy: widenRemedy(request, chain, block),
    denied: union(findings.outOfScope, findings.withoutRole),
    failed: findings.failed.map((entry): FailedCheck => entry.failed),
  };
}

function roleRefusal(
  request: AuthorisationRequest,
  chain: TokenChain,
  { withoutRole }: Findings,
): Refusal | null {
  const first = withoutRole[0];
  if (first === undefined) return null;
  const { principal } = chain.authority;
  const held = callerHolds(request, first);
  const needed = neededRole(request);
  const has = held === null ? 'holds no role' : `is only ${held.role}`;
  // A role that is high enough cannot be what refused: the evaluations agreed that it is not held.
  const insufficient = held !== null && !satisfiesRole(held.role, needed);
  return {
    code: insufficient ? 'ROLE_INSUFFICIENT' : 'ROLE_NONE',
    message: `${principal} ${has} at ${first}, ${request.operation} needs ${needed}`,
    remedy: grantRemedy(request, principal, withoutRole),
    denied: withoutRole,
  };
}

/** The refused ones of this stage first, then those that a later gate would have refused. */
function union(first: readonly string[], second: readonly string[]): readonly string[] {
  return [...new Set([...first, ...second])];
}
