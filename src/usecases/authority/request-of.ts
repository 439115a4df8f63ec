import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { NO_SPENDING } from '#domain/token/budget.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/** What the decision is asked; `unlocked` are the root keys that this process could unlock. */
export function requestOf(
  {
    caller,
    authority,
    now,
  }: Pick<Ground, 'caller' | 'now'> & { readonly authority: Pick<Ground['authority'], 'view'> },
  ask: Ask,
  unlocked: AuthorisationRequest['unlocked'],
): AuthorisationRequest {
  return {
    operation: ask.operation,
    resources: ask.resources,
    credential: caller.credential,
    holder: caller.signer?.publicKey ?? null,
    actor: caller.actor,
    contradictions: caller.contradictions,
    unlocked,
    own: ask.own ?? false,
    continues: ask.continues ?? [],
    granting: ask.granting ?? null,
    registering: ask.registering ?? false,
    agreeing: ask.agreeing ?? false,
    breakGlass: ask.breakGlass ?? false,
    act: ask.act ?? { kind: 'some' },
    ...(ask.landing === undefined ? {} : { landing: ask.landing }),
    asks: ask.asks ?? NO_SPENDING,
    now,
    authority: authority.view,
  };
}
