import type { AuthorityView, RegisteredPrincipal } from '#domain/authority/authority.ts';
import { KEY_PROOF_SESSION } from '#domain/authority/key-proof.ts';
import { REQUEST_OPERATIONS, ROLES, type RequestOperation, type Role } from '#domain/authority/role.ts';
import type { AuthorisationRequest, PresentedCredential } from '#domain/decision/decision.ts';
import { formatId } from '#domain/id.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { budgetHolders, NO_SPENDING, type Spending } from '#domain/token/budget.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type {
  AuthorityBlock,
  PublicKeyHex,
  TokenBlock,
  TokenChain,
  TokenCheck,
} from '#domain/token/token.ts';
import { chainOf, EARLIER, GENESIS, NOW, OWNER, requestBy, session, viewWith } from '../decisions.ts';
import { FAKE_HASHER, fakeKey } from '../fake-crypto.ts';
import { naiveActor, naiveAsks } from '../naive-decision.ts';
import { policyAt } from '../policies.ts';
import type { CaseBlock, CaseChain, CaseCheck, CasePolicy, DecisionCase } from './decision-case.ts';

/** A chain with its bytes, whichever engine is to read them. */
export type Presented = Extract<PresentedCredential, { readonly kind: 'chain' }>;

export function afterNoon(milliseconds: number): Instant {
  return formatInstant(instantMilliseconds(NOW) + milliseconds);
}

function operationNamed(name: string): RequestOperation {
  const operation = REQUEST_OPERATIONS.find((known) => known === name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation;
}

export function roleNamed(name: string): Role {
  const role = ROLES.find((known) => known === name);
  if (role === undefined) throw new Error(`no role ${name}`);
  return role;
}

/** A budget is one of the block's own holder. */
export function checkOf(check: CaseCheck, holder: PublicKeyHex): TokenCheck {
  switch (check.kind) {
    case 'budget':
      return { ...check, holder };
    case 'operation':
      return { kind: 'operation', anyOf: check.anyOf.map(operationNamed) };
    case 'time':
      return { kind: 'time', notAfter: afterNoon(check.endsIn * 1000) };
    case 'depth':
      return check;
    default:
      return { kind: check.kind, anyOf: check.anyOf };
  }
}

function repoOf(chain: CaseChain): AuthorityBlock['repo'] {
  if (chain.repo === 'any') return '*';
  return chain.repo === 'here' ? GENESIS : viewWith().head;
}

/** What the session's block says, but for the key that holds it. */
export function sessionOf(
  chain: CaseChain,
  holder: PublicKeyHex,
): Omit<AuthorityBlock, 'kind' | 'tokenVersion'> {
  return {
    holder,
    principal: chain.who,
    session: chain.proof ? KEY_PROOF_SESSION : 'session-1',
    repo: repoOf(chain),
    issued: afterNoon(chain.issuedIn * 1000),
    checks: (chain.blocks[0]?.checks ?? []).map((check) => checkOf(check, holder)),
  };
}

/** The chain of a case without any signature, for the stand-in of the engine. */
export function plainChain(chain: CaseChain): Presented {
  const [, ...later] = chain.blocks;
  let holder = fakeKey(`device ${chain.who}`);
  const first = session(chain.who, sessionOf(chain, holder));
  const blocks = later.map((block, index) => {
    if (block.agent !== null) holder = fakeKey(`holder ${index}`);
    return plainBlock(block, holder);
  });
  const made = chainOf(first, blocks);
  return { kind: 'chain', chain: made, bytes: bytesOf(made) };
}

/** The bytes that the stand-in reads: only checks matter to it. */
export function bytesOf({ blocks }: TokenChain): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(blocks));
}

function plainBlock(
  { agent, named, checks }: CaseBlock,
  holder: PublicKeyHex,
): Exclude<TokenBlock, AuthorityBlock> {
  const made = checks.map((check) => checkOf(check, holder));
  if (agent === null) return { kind: 'attenuation', checks: made };
  const [provider, model] = named ?? [null, null];
  return { kind: 'delegation', agent, holder, provider, model, checks: made };
}

/** The request of a case under a chain that was made for it. */
export function requestOf(wanted: DecisionCase, presented: Presented): AuthorisationRequest {
  const { chain } = presented;
  const authority: AuthorityView = {
    ...viewOf(wanted, chain.root),
    revokedSessions: wanted.revokedSession ? [chain.authority.session] : [],
    revokedBlocks:
      wanted.revokedBlock === null
        ? []
        : chain.revocationIds.slice(wanted.revokedBlock, wanted.revokedBlock + 1),
  };
  const request = requestBy(chain, authority, {
    operation: operationNamed(wanted.operation),
    resources: wanted.resources,
    credential: credentialOf(wanted, presented),
    holder: wanted.signs ? chain.holder : fakeKey('finder'),
    unlocked: wanted.unlocked ? [chain.root] : [],
    granting: wanted.granting === null ? null : roleNamed(wanted.granting),
    now: afterNoon(wanted.now),
    spent:
      wanted.spent === null
        ? []
        : budgetHolders(chain.blocks).map((holder) => ({ holder, ...counted(wanted) })),
    asks: { ...NO_SPENDING, ...naiveAsks(wanted) },
    ...(wanted.continues === 'nothing' ? {} : { continues: [continued(wanted)] }),
    ...(wanted.own ? { own: true } : {}),
    ...(wanted.registering ? { registering: true } : {}),
  });
  return contradicted(wanted, request);
}

function counted({ spent }: DecisionCase): Spending & { readonly minutes: number } {
  return { ...NO_SPENDING, minutes: 0, ...spent };
}

function continued({ continues }: DecisionCase): ContinuedState {
  const state = formatId('hs', FAKE_HASHER.hash('state', new Uint8Array()));
  return { state, attestation: continues === 'signed' ? 'verified' : 'unsigned' };
}

function policyOf({ at, ...rules }: CasePolicy): Policy {
  return policyAt({ ...rules, guarded: rules.guarded?.map(operationNamed) ?? null }, at);
}

function credentialOf({ presents }: DecisionCase, presented: Presented): PresentedCredential {
  switch (presents) {
    case 'chain':
      return presented;
    case 'nothing':
      return { kind: 'none', agentDetected: false };
    case 'nothing, being an agent':
      return { kind: 'none', agentDetected: true };
    case 'malformed':
      return { kind: 'unreadable', code: 'CREDENTIAL_MALFORMED', why: 'the token is broken' };
    case 'tampered':
      return { kind: 'unreadable', code: 'CREDENTIAL_TAMPERED', why: 'a signature does not hold' };
    case 'untrusted':
      return { kind: 'unreadable', code: 'CREDENTIAL_UNTRUSTED', why: 'no registered key signed it' };
  }
}

function viewOf(wanted: DecisionCase, root: PublicKeyHex): AuthorityView {
  const grants = wanted.grants.map(({ who, role, at, endsIn }) => ({
    principal: who,
    role: roleNamed(role),
    resource: at,
    until: endsIn === null ? null : afterNoon(endsIn),
  }));
  const view = viewWith([...grants, { principal: wanted.chain.who, role: 'reader', resource: 'none' }]);
  return {
    ...view,
    grants: view.grants.slice(1, -1),
    principals: view.principals.flatMap((entry) => registered(wanted, entry, root)),
    policies: wanted.policies.map(policyOf),
    frozen: wanted.frozen ? { by: OWNER, since: EARLIER, breakGlass: false } : null,
  };
}

function registered(
  wanted: DecisionCase,
  entry: RegisteredPrincipal,
  root: PublicKeyHex,
): readonly RegisteredPrincipal[] {
  if (wanted.gone.includes(entry.principal)) return [{ ...entry, revoked: true }];
  if (entry.principal !== wanted.chain.who) return [entry];
  const signed = { ...entry, keys: { ...entry.keys, root } };
  const fresh = { ...entry, keys: { ...entry.keys, root: fakeKey('fresh root') } };
  switch (wanted.key) {
    case 'live':
      return [signed];
    case 'revoked':
      return [{ ...signed, revoked: true }];
    case 'rotated':
      return [{ ...signed, revoked: true }, fresh];
    case 'unregistered':
      return [fresh];
    case "somebody else's":
      return [fresh, { ...signed, principal: 'thief@example.com' }];
  }
}

/** The actor as the credential names it, or as the caller says where it does not. */
function contradicted(wanted: DecisionCase, request: AuthorisationRequest): AuthorisationRequest {
  const [provider = null, model = null] = naiveActor(wanted);
  const leaf = wanted.chain.blocks.findLast((block) => block.agent !== null)?.agent ?? null;
  const agent = wanted.presents === 'nothing' ? null : leaf;
  const actor = { ...request.actor, agent, provider, model };
  const { contradicts } = wanted;
  if (contradicts === 'nothing') return { ...request, actor };
  if (contradicts !== 'flag') return { ...request, actor: { ...actor, [contradicts]: 'another' } };
  const said = { field: 'principal', said: 'another', credential: wanted.chain.who };
  return { ...request, actor, contradictions: [said] };
}
