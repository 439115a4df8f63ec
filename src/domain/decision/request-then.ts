import type { AuthorityView } from '#domain/authority/authority.ts';
import type { StoredChain } from '#domain/record/stored-chain.ts';
import type { Instant } from '#domain/time.ts';
import { unspent } from '#domain/token/budget.ts';
import type { AuthorisationRequest } from './decision.ts';

/** What was signed under a token: by whom and when, and the chain that lies beside it. */
export interface SignedUnder {
  readonly signed: Pick<AuthorisationRequest, 'holder' | 'actor'> & { readonly at: Instant };
  readonly credential: StoredChain;
}

/** What its author asked for, and whatever else of the request is known of that time. */
export type AskedThen = Pick<AuthorisationRequest, 'operation' | 'resources'> &
  Partial<Omit<AuthorisationRequest, 'credential' | 'holder' | 'actor' | 'now' | 'authority'>>;

/**
 * The request behind something that was signed, to be decided on again under one view of the authority chain, as it was
 * asked then. Where nothing else is said no root key was unlocked, and any budget refuses, since nobody tells what was
 * used up by then.
 */
export function requestThen(
  authority: AuthorityView,
  { signed: { holder, actor, at }, credential }: SignedUnder,
  asked: AskedThen,
): AuthorisationRequest {
  return {
    own: false,
    contradictions: [],
    unlocked: [],
    granting: null,
    ...asked,
    credential: { kind: 'chain', ...credential },
    holder,
    actor,
    now: at,
    authority,
  };
}

/** The same of what uses nothing up, such as a review or an answer: no log has to tell what was used up by then. */
export function sayingThen(
  authority: AuthorityView,
  said: SignedUnder,
  asked: Omit<AskedThen, 'spent' | 'asks'>,
): AuthorisationRequest {
  return requestThen(authority, said, { ...asked, spent: unspent(said.credential.chain.blocks) });
}

/** A view with only what had been granted by a time. A freeze since then takes back nothing that was said before. */
export function asOf(view: AuthorityView, at: Instant): AuthorityView {
  return { ...unfrozen(view), grants: view.grants.filter(({ since }) => since <= at) };
}

/** A view without its freeze, for what was said before it. */
export function unfrozen(view: AuthorityView): AuthorityView {
  return { ...view, frozen: null };
}
