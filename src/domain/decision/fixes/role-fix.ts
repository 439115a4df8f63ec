import { heldAt, whoMay } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { commonAncestor, formatResource, parseResource } from '#domain/resource/resource.ts';
import { satisfiesRole, type Role } from '#domain/authority/role.ts';
import { noFix, oneFix, type Remedy } from '#domain/decision/denial.ts';
import { actingBy } from '#domain/decision/policy-facts.ts';
import { asksOthersOrTime } from '#domain/decision/gates/guard.ts';
import { isRefusedByPolicy } from './later-gate.ts';
import { breakGlassRole } from '#domain/policy/break-glass.ts';
import { neededRole, presentedChain } from '#domain/decision/request-facts.ts';

/**
 * One grant that gives a principal the role at every refused resource: at the resource itself, or at the nearest
 * that covers all of them. Run by whoever may give that role there.
 */
export function grantRemedy(
  request: AuthorisationRequest,
  principal: string,
  refused: readonly string[],
): Remedy {
  if (request.authority.frozen !== null)
    return noFix('nobody is given a role while the repository is frozen');
  const role = neededRole(request);
  const common = commonAncestor(refused.map(parseResource));
  if (common === undefined) return noFix('the resources have nothing in common that one grant could be at');
  const at = formatResource(common);
  const giving: Role = role === 'owner' ? 'owner' : 'admin';
  const who = whoMay(request.authority, giving, at, request.now);
  if (who.length === 0) return noFix(`nobody is ${giving} at ${at}`);
  if (isGuarded(request, at)) {
    const able = who.join(' or ');
    return noFix(`giving a role at ${at} is guarded: ${able} asks others first (heddle request)`);
  }
  return oneFix({
    argv: ['heddle', 'grant', 'add', principal, role, at],
    who,
    needs: { role: giving, at },
    why: `${principal} is then ${role} at ${at}, ${reach(request, refused)}${after(request)}${atOnce(request, principal)}`,
  });
}

/** Where others must agree to a grant, or time must pass, nobody can run it as it stands. */
function isGuarded({ authority }: AuthorisationRequest, at: string): boolean {
  return asksOthersOrTime({ authority, operation: 'grant:write', resources: [at] });
}

/** A role is not all that is asked. */
function after(request: AuthorisationRequest): string {
  const chain = presentedChain(request);
  const refuses = chain !== null && isRefusedByPolicy(request, actingBy(request, chain));
  return refuses ? ', and the request is then asked at the gate policy' : '';
}

/** Whom a policy lets freeze at once need nobody's grant for that. */
function atOnce(request: AuthorisationRequest, principal: string): string {
  const { operation, authority, now } = request;
  if (operation !== 'repo:freeze' || breakGlassRole(authority) === 'owner') return '';
  const held = heldAt(authority, principal, authority.repository, now);
  const may = held !== null && satisfiesRole(held.role, breakGlassRole(authority));
  return may ? '; `heddle freeze --break-glass --reason TEXT` needs no grant' : '';
}

function reach(request: AuthorisationRequest, refused: readonly string[]): string {
  return refused.length === request.resources.length || refused.length === 1
    ? 'the nearest resource that suffices'
    : `which covers all ${refused.length} refused resources`;
}
