import { findPrincipal, findRoot, heldAt } from '#domain/authority/authority-view.ts';
import type { Freeze } from '#domain/authority/authority.ts';
import type { AuthorisationRequest, DenialCode } from '#domain/decision/decision.ts';
import { KEY_PROOF_SESSION } from '#domain/authority/key-proof.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { CLOCK_SKEW_MS } from '#domain/authority/author.ts';
import { instantMilliseconds } from '#domain/time.ts';
import { chainAgents, type TokenChain } from '#domain/token/token.ts';
import { delegateRemedy } from '#domain/decision/fixes/delegate-fix.ts';
import { noFix, usualRemedy, type Refusal, type Remedy } from '#domain/decision/denial.ts';
import { loginRemedy } from '#domain/decision/fixes/login-fix.ts';
import { claimedPrincipal, presentedChain, trustedPrincipal } from '#domain/decision/request-facts.ts';

/** Freeze: nothing mutating, but what an owner's own token needs to end an incident. */
export function freezeGate(request: AuthorisationRequest): Refusal | null {
  const { frozen, repository } = request.authority;
  const rule = operationRule(request.operation);
  if (frozen === null || rule.frozen === 'passes') return null;
  const principal = presentedChain(request)?.blocks.length === 1 ? trustedPrincipal(request) : undefined;
  const held =
    principal === undefined ? null : heldAt(request.authority, principal.principal, repository, request.now);
  const ends = rule.frozen === 'owner-passes' && request.registering !== true;
  if (ends && held?.role === 'owner') return null;
  return {
    code: 'FROZEN',
    message: `the repository was frozen by ${frozen.by}${howFrozen(frozen)} at ${frozen.since}`,
    remedy:
      ends && ownerComesBack(request)
        ? loginRemedy(request, claimedPrincipal(request))
        : noFix(`${frozen.by} froze the repository; only an owner lifts that, with heddle unfreeze`),
  };
}

/** Nobody is to take one for the other. */
function howFrozen({ breakGlass }: Freeze): string {
  return breakGlass ? ' as break-glass' : '';
}

/** An owner in person whose token is narrowed, of keys that were rotated, or not there, needs only a session. */
function ownerComesBack(request: AuthorisationRequest): boolean {
  const { credential, authority, contradictions } = request;
  const name = claimedPrincipal(request);
  if (name === null || findPrincipal(authority, name) === undefined || contradictions.length > 0)
    return false;
  const inPerson =
    credential.kind === 'chain'
      ? chainAgents(credential.chain).length === 0 &&
        findRoot(authority, credential.chain.root)?.principal === name
      : credential.kind === 'none' && !credential.agentDetected;
  return inPerson && heldAt(authority, name, authority.repository, request.now)?.role === 'owner';
}

/** Credential: present, trusted, for this repository, not revoked, in time, and not contradicted. */
export function credentialGate(request: AuthorisationRequest): Refusal | null {
  const { credential } = request;
  if (credential.kind === 'none') return missing(request, credential.agentDetected);
  if (credential.kind === 'unreadable') {
    return refuse(credential.code, credential.why, usualRemedy(credential.code));
  }
  const { chain } = credential;
  return (
    untrusted(request, chain) ??
    otherRepository(request, chain) ??
    revoked(request, chain) ??
    expired(request, chain) ??
    mismatch(request, chain)
  );
}

function refuse(code: DenialCode, message: string, remedy: Remedy): Refusal {
  return { code, message, remedy };
}

function missing(request: AuthorisationRequest, agentDetected: boolean): Refusal {
  if (agentDetected) {
    const message = "an agent is running and has no credential of its own; the device's session is not used";
    return refuse('CREDENTIAL_MISSING', message, delegateRemedy(request));
  }
  const remedy = loginRemedy(request, claimedPrincipal(request));
  return refuse('CREDENTIAL_MISSING', 'there is no credential', remedy);
}

function untrusted(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const { principal, session, checks } = chain.authority;
  const root = findRoot(request.authority, chain.root);
  if (root === undefined || root.principal !== principal || session === KEY_PROOF_SESSION) {
    const message = `the credential does not begin at a root key of ${principal} that is registered here`;
    return refuse('CREDENTIAL_UNTRUSTED', message, usualRemedy('CREDENTIAL_UNTRUSTED'));
  }
  if (!checks.some((check) => check.kind === 'time')) {
    const message = 'the credential has no end';
    return refuse('CREDENTIAL_MALFORMED', message, usualRemedy('CREDENTIAL_MALFORMED'));
  }
  if (!root.revoked) return null;
  const message = `the root key of ${principal} was revoked`;
  if (findPrincipal(request.authority, principal) !== undefined) {
    return refuse('CREDENTIAL_REVOKED', message, renewal(request, chain));
  }
  const why = `the root key that signed it was revoked: ${principal} makes others (heddle key new --replace), an admin registers them (heddle key add)`;
  return refuse('CREDENTIAL_REVOKED', message, noFix(why));
}

function otherRepository(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const { repo } = chain.authority;
  if (repo === '*' || repo === request.authority.genesis) return null;
  const message = 'the credential is for another repository';
  return refuse('CREDENTIAL_WRONG_REPOSITORY', message, renewal(request, chain));
}

function revoked(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const { revokedSessions, revokedBlocks } = request.authority;
  const { principal, session } = chain.authority;
  if (revokedSessions.includes(session)) {
    return refuse('CREDENTIAL_REVOKED', 'the session was revoked', renewal(request, chain));
  }
  const block = chain.revocationIds.findIndex((id) => revokedBlocks.includes(id));
  if (block < 0) return null;
  const remedy =
    block === 0 || chainAgents(chain).length === 0
      ? renewal(request, chain)
      : noFix(`the delegation was revoked: ${principal} decides whether to give another`);
  return refuse('CREDENTIAL_REVOKED', `block ${block} of the credential was revoked`, remedy);
}

/** Only the first block's end is the credential's; a later block's is scope, and says whose it is. */
function expired(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const ends = chain.authority.checks.flatMap((check) => (check.kind === 'time' ? [check.notAfter] : []));
  const end = ends.toSorted()[0];
  // A token from the future is one of a wrong clock, or work that is dated back before it.
  if (instantMilliseconds(chain.authority.issued) > instantMilliseconds(request.now) + CLOCK_SKEW_MS) {
    const message = `the credential was issued at ${chain.authority.issued}, which is later than now`;
    return refuse('CREDENTIAL_EXPIRED', message, renewal(request, chain));
  }
  if (end !== undefined && request.now <= end) return null;
  return refuse('CREDENTIAL_EXPIRED', `the credential expired at ${end ?? 'once'}`, renewal(request, chain));
}

/** A new session stands in for the old one only where nothing was derived from it. */
function renewal(request: AuthorisationRequest, chain: TokenChain): Remedy {
  const { principal } = chain.authority;
  const agent = chainAgents(chain).at(-1)?.agent;
  const [said] = request.contradictions;
  if (said !== undefined) return noFix(`leave the ${said.field} out, and log in again (heddle login)`);
  if (agent === undefined) return loginRemedy(request, principal);
  return noFix(
    `${principal} logs in (heddle login) and gives ${agent} a new credential (heddle token attenuate)`,
  );
}

function mismatch(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const said = request.contradictions[0];
  const field = said?.field ?? contradictedField(request, chain);
  if (field === undefined) return null;
  const message =
    said === undefined
      ? `the ${field} is not the credential's`
      : `the ${field} ${said.said} was named, the credential says ${said.credential}`;
  const why = `leave the ${field} out, or present the credential that names it`;
  return refuse('ACTOR_MISMATCH', message, noFix(why));
}

/** Whatever the caller resolved must be what the acting agent's own block says, where it says anything. */
function contradictedField(request: AuthorisationRequest, chain: TokenChain): string | undefined {
  const { actor } = request;
  if (actor.principal !== chain.authority.principal) return 'principal';
  const leaf = chain.blocks.findLast((block) => block.kind === 'delegation');
  if (leaf === undefined) return undefined;
  if (actor.agent !== leaf.agent) return 'agent';
  if (leaf.provider !== null && actor.provider !== leaf.provider) return 'provider';
  return leaf.model !== null && actor.model !== leaf.model ? 'model' : undefined;
}
