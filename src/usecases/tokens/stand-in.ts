import type { AuthorityView } from '#domain/authority/authority.ts';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import { shortestLife } from '#domain/policy/life-limit.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import type { Workspace } from '#ports/workspace.ts';
import { expiryFrom, mintCredential, SESSION_LIFE } from '#usecases/keys/login.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/**
 * Requests of a principal in person: a session of its own that nothing narrows, its root key unlocked. The session
 * is a real token under a root key that is made here, known to this view alone and forgotten; whoever has no live
 * keys has no credential either.
 */
export function standIn(
  workspace: Workspace,
  { authority, now }: Pick<Ground, 'authority' | 'now'>,
  principal: string,
): (ask: Ask) => AuthorisationRequest {
  const view = authority.view;
  const unsaid = { agent: null, provider: null, model: null, session: null, confidence: null };
  const actor = { ...unsaid, principal };
  const nothing = { actor, contradictions: [], granting: null, now };
  const live = findPrincipal(view, principal);
  if (live === undefined) {
    const credential = { kind: 'none', agentDetected: false } as const;
    return (ask) => ({ ...nothing, ...ask, credential, holder: null, unlocked: [], authority: view });
  }
  const root = { ...workspace.tokens.newHolder(), principal };
  const { credential } = mintCredential(workspace, root, {
    repo: view.genesis,
    checks: [{ kind: 'time', notAfter: expiryFrom(workspace, lifeUnder(view)) }],
    madeBy: principal,
  });
  const principals = view.principals.map((known) =>
    known === live ? { ...known, keys: { ...known.keys, root: root.publicKey } } : known,
  );
  const presented = workspace.tokens.read(credential.token, [root.publicKey]);
  const holder = credential.holder.publicKey;
  const common = { ...nothing, credential: presented, holder, unlocked: [root.publicKey] };
  return (ask) => ({ ...common, ...ask, authority: { ...view, principals } });
}

/** Milliseconds that no policy refuses. */
function lifeUnder({ policies }: AuthorityView): number {
  return Math.min(SESSION_LIFE, (shortestLife(policies)?.life ?? SESSION_LIFE) * 1000);
}
