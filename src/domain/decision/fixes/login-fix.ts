import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { noFix, oneFix, type Remedy } from '#domain/decision/denial.ts';
import { policiesOf } from '#domain/decision/policy-facts.ts';
import { shortestLife, USUAL_LIFE, writableLife } from '#domain/policy/life-limit.ts';
import { formatDuration } from '#domain/time.ts';
import { needsRole } from '#domain/decision/request-facts.ts';
import { laterGate } from './later-gate.ts';

/** A session of the principal's own, where that gets the request further; `name` may be nobody. */
export function loginRemedy(request: AuthorisationRequest, name: string | null): Remedy {
  const principal = name === null ? undefined : findPrincipal(request.authority, name);
  if (principal === undefined) {
    if (name === null) {
      return noFix(
        'nobody is named: say who asks (--principal, HEDDLE_PRINCIPAL) and log in (heddle login); an admin registers new keys (heddle key add)',
      );
    }
    return noFix(
      `${name} has no keys registered here: heddle login makes them, heddle key export prints them, an admin registers them with heddle key add`,
    );
  }
  return oneFix({
    argv: ['heddle', 'login', '--principal', principal.principal, ...shorter(request)],
    who: [principal.principal],
    needs: null,
    why: `a session of ${principal.principal}'s own ${afterLogin(request, principal.principal)}`,
  });
}

/** A session that lives longer than a policy allows would be refused. */
function shorter(request: AuthorisationRequest): readonly string[] {
  const limit = shortestLife(policiesOf(request));
  if (limit === undefined || limit.life >= USUAL_LIFE) return [];
  return ['--ttl', formatDuration(writableLife(limit.life))];
}

/** What the same request meets once the principal presents a session without narrowing. */
function afterLogin(request: AuthorisationRequest, principal: string): string {
  const root = findPrincipal(request.authority, principal)?.keys.root;
  const unlocked = root !== undefined && request.unlocked.includes(root);
  const { floor, own } = operationRule(request.operation);
  const isOwn = !needsRole(request);
  if (floor && !(isOwn && own === 'nothing') && !unlocked) {
    return 'reaches the gate floor, which asks for the unlocked root key';
  }
  const acting = { agent: request.actor.agent, depth: 0, life: null };
  const later = isOwn ? null : laterGate(request, principal, acting);
  return later === null ? 'is allowed this' : `reaches the gate ${later}`;
}
