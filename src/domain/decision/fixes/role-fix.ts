import { heldAt, whoMay } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest, Fix } from '#domain/decision/decision.ts';
import { commonAncestor, formatResource, parseResource } from '#domain/resource/resource.ts';
import { satisfiesRole, type Role } from '#domain/authority/role.ts';
import { noFix, type Remedy } from '#domain/decision/denial.ts';
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
  const grant: Fix = {
    argv: ['heddle', 'grant', 'add', principal, role, at],
    who,
    needs: { role: giving, at },
    why: `${principal} is then ${role} at ${at}, ${reach(request, refused)}${after(request)}`,
  };
  return { kind: 'fixes', fixes: [...atOnce(request, principal), grant] };
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

/** Whom a policy lets freeze at once need nobody's grant for that; why they do, they say better. */
function atOnce(request: AuthorisationRequest, principal: string): readonly Fix[] {
  const { operation, authority, now } = request;
  const role = breakGlassRole(authority);
  if (operation !== 'repo:freeze' || role === 'owner') return [];
  const held = heldAt(authority, principal, authority.repository, now);
  if (held === null || !satisfiesRole(held.role, role)) return [];
  return [
    {
      argv: ['heddle', 'freeze', '--break-glass', '--reason', 'no owner could be asked'],
      who: [principal],
      needs: { role, at: authority.repository },
      why: `a policy lets a ${role} freeze at once, and it is recorded as that${after(request)}`,
    },
  ];
}

function reach(request: AuthorisationRequest, refused: readonly string[]): string {
  return refused.length === request.resources.length || refused.length === 1
    ? 'the nearest resource that suffices'
    : `which covers all ${refused.length} refused resources`;
}
