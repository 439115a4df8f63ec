import type { AuthorityBody, AuthorityRecord, AuthorityView, PrincipalKeys } from './authority.ts';
import { findPrincipal, grantsAt, heldAt, highestRole } from './authority-view.ts';
import { parseHex } from '#domain/encoding/bytes.ts';
import type { EngineFacts } from '#domain/decision/decision.ts';
import { formatDigest, type AuthorityId } from '#domain/id.ts';
import { standsAbove } from './handed-on.ts';
import { keyProofProblem } from './key-proof.ts';
import { lastOwnerProblem } from './last-owner.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { shortestLife, tokenLife } from '#domain/policy/life-limit.ts';
import { policyProblem } from '#domain/policy/policy-rules.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';
import { breakGlassRole } from '#domain/policy/break-glass.ts';
import { rolesSatisfying, satisfiesRole, type RequestOperation, type Role } from './role.ts';
import { NO_SPENDING, unspent } from '#domain/token/budget.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Author, AuthorityVerifier } from './author.ts';

type Body<K extends AuthorityBody['kind']> = Extract<AuthorityBody, { readonly kind: K }>;

/** What a record needs of its author: null where live keys are enough. */
interface Need {
  readonly operation: RequestOperation;
  readonly role: Role;
  readonly at: string;
}

/** What is wrong with a record after the genesis, judged at its predecessor; undefined where it is valid. */
export function recordProblem(
  view: AuthorityView,
  record: AuthorityRecord,
  author: Author,
  verifier: AuthorityVerifier,
): string | undefined {
  if (author.kind === 'refused') return author.why;
  return (
    consentProblem(view, record) ??
    bodyProblem(view, record, verifier) ??
    frozenProblem(view, record, author) ??
    roleProblem(view, record, author, verifier) ??
    lastOwnerProblem(view, record)
  );
}

/** Consent is to one act, once: whoever did another by it did that first, wherever it was. */
function consentProblem(view: AuthorityView, { consents = [] }: AuthorityRecord): string | undefined {
  const again = consents.find((request) => view.consents.includes(request));
  return again && `it uses up the consent to ${again}, which an earlier record used up`;
}

function bodyProblem(
  view: AuthorityView,
  record: AuthorityRecord,
  verifier: AuthorityVerifier,
): string | undefined {
  const { body } = record;
  switch (body.kind) {
    case 'genesis':
      return 'it is a second genesis';
    case 'merge':
      return undefined;
    case 'key':
      return keyProblem(view, body, verifier);
    case 'grant':
      return grantProblem(view, record, body);
    case 'replica':
      return replicaProblem(view, body, verifier);
    case 'revoke':
      return undefined;
    case 'freeze':
      return view.frozen === null ? undefined : 'the repository is frozen already';
    case 'unfreeze':
      return view.frozen === null ? 'the repository is not frozen' : undefined;
    case 'policy':
      return policyProblem(view, body);
  }
}

function keyProblem(view: AuthorityView, body: Body<'key'>, verifier: AuthorityVerifier): string | undefined {
  const live = findPrincipal(view, body.principal);
  if (body.action === 'revoke') {
    return live?.keys.root === body.root ? undefined : "it revokes a key that is not the principal's";
  }
  if (body.action === 'add' && live !== undefined) return 'the principal is registered already';
  if (body.action === 'rotate' && live === undefined) return 'the principal has no live keys';
  if (principalKeys(view).some((key) => key === body.keys.root || key === body.keys.record)) {
    return 'a key was registered before';
  }
  return keyProofProblem(body, verifier);
}

/** Replicas do not count here: who names somebody's key a replica's must not keep that person out. */
function principalKeys(view: AuthorityView): readonly string[] {
  return view.principals.flatMap(({ keys }: { readonly keys: PrincipalKeys }) => [keys.root, keys.record]);
}

function grantProblem(view: AuthorityView, record: AuthorityRecord, body: Body<'grant'>): string | undefined {
  if (body.action === 'add') {
    return body.until === null || body.until > record.at ? undefined : 'the grant ends before it begins';
  }
  // The genesis names all first owners under one id; their way out is the revocation of their keys.
  if (body.grant === view.genesis) return 'an owner of the genesis is not removed as a grant';
  return view.grants.some((grant) => grant.id === body.grant) ? undefined : 'there is no such grant';
}

function replicaProblem(
  view: AuthorityView,
  body: Body<'replica'>,
  verifier: AuthorityVerifier,
): string | undefined {
  const key = parseHex(body.key);
  if (key === undefined || formatDigest(verifier.hasher.hash('replica', key)) !== body.replica) {
    return 'the replica is not the hash of its key';
  }
  if (view.replicas.some(({ replica }) => replica === body.replica))
    return 'the replica is registered already';
  const known = [...principalKeys(view), ...view.replicas.map(({ key }) => key)];
  return known.includes(body.key) ? 'the key was registered before' : undefined;
}

/** While frozen: lifting it, revoking and rotating, and an owner's clone that does so; all by owners. */
function frozenProblem(
  view: AuthorityView,
  record: AuthorityRecord,
  author: Exclude<Author, { readonly kind: 'refused' }>,
): string | undefined {
  const { body } = record;
  // Joined with another chain it stays frozen.
  if (view.frozen === null || body.kind === 'merge') return undefined;
  const passes =
    body.kind === 'unfreeze' ||
    body.kind === 'revoke' ||
    body.kind === 'replica' ||
    (body.kind === 'key' && body.action !== 'add');
  const held = heldAt(view, record.by, view.repository, record.at);
  if (body.kind === 'revoke' && isDelegated(author)) return 'the repository is frozen';
  return passes && held?.role === 'owner' ? undefined : 'the repository is frozen';
}

/** Grants that a record's author needed; each of them was enough. Of a record that was found valid. */
export function grantsNeeded(
  view: AuthorityView,
  record: AuthorityRecord,
  author: Author,
  verifier: AuthorityVerifier,
): readonly AuthorityId[] {
  if (author.kind !== 'chain') return [];
  const need = neededBy(view, record, { chain: author.chain, verifier });
  const asked = view.frozen === null ? need : { role: 'owner' as const, at: view.repository };
  if (need === null || asked === null) return [];
  return grantsAt(view, record.by, asked.at, record.at)
    .filter(({ role }) => satisfiesRole(role, asked.role))
    .map(({ id }) => id);
}

function isDelegated(author: Exclude<Author, { readonly kind: 'refused' }>): boolean {
  return author.kind === 'chain' && author.chain.blocks.length > 1;
}

// One line of parameters more than usual: each is what the rules are about.
function roleProblem(
  view: AuthorityView,
  record: AuthorityRecord,
  author: Exclude<Author, { readonly kind: 'refused' }>,
  verifier: AuthorityVerifier,
): string | undefined {
  if (author.kind === 'record-key') return undefined;
  const need = neededBy(view, record, { chain: author.chain, verifier });
  if (need === null) return undefined;
  if (isDelegated(author)) return 'its chain is delegated or attenuated';
  if (!scopeAllows(view, record, need, author.chain)) return 'its chain is too narrow';
  const held = heldAt(view, record.by, need.at, record.at);
  if (held === null || !satisfiesRole(held.role, need.role)) {
    return `its author was not ${need.role} at ${need.at}`;
  }
  return livesTooLong(view, need, author.chain)
    ? 'its session lived longer than a policy allowed'
    : undefined;
}

/** Whoever may change policies is not locked out by one. */
function livesTooLong(view: AuthorityView, { operation, at }: Need, { authority }: TokenChain): boolean {
  const limit = operation === 'policy:write' ? undefined : shortestLife(policiesAt(view, at));
  const life = tokenLife(authority);
  return limit !== undefined && life !== null && life > limit.life;
}

function neededBy(
  view: AuthorityView,
  record: AuthorityRecord,
  { chain, verifier }: { readonly chain: TokenChain; readonly verifier: AuthorityVerifier },
): Need | null {
  const { body } = record;
  const repository = view.repository;
  switch (body.kind) {
    case 'key': {
      const role = atLeastAdmin(highestRole(view, body.principal));
      return { operation: 'key:write', role, at: repository };
    }
    case 'grant':
      return neededByGrant(view, body);
    case 'revoke': {
      const { block } = body;
      const own = block !== null && standsAbove(chain, block, verifier.shownChain(block, chain.root));
      return own ? null : { operation: 'token:revoke', role: 'admin', at: repository };
    }
    case 'freeze': {
      const role = body.breakGlass === true ? breakGlassRole(view) : 'owner';
      return { operation: 'repo:freeze', role, at: repository };
    }
    case 'unfreeze':
      return { operation: 'repo:unfreeze', role: 'owner', at: repository };
    case 'policy':
      return { operation: 'policy:write', role: 'owner', at: repository };
    default:
      return null;
  }
}

function neededByGrant(view: AuthorityView, body: Body<'grant'>): Need {
  const grant = body.action === 'add' ? body : view.grants.find(({ id }) => id === body.grant);
  const role = atLeastAdmin(grant?.role ?? null);
  return { operation: 'grant:write', role, at: grant?.resource ?? view.repository };
}

function atLeastAdmin(role: Role | null): Role {
  return role === 'owner' ? 'owner' : 'admin';
}

function scopeAllows(view: AuthorityView, record: AuthorityRecord, need: Need, chain: TokenChain): boolean {
  const facts: EngineFacts = {
    operation: need.operation,
    within: ancestorsOf(need.at),
    satisfies: rolesSatisfying(need.role),
    grants: grantsAt(view, record.by, need.at, record.at),
    time: record.at,
    depth: 0,
    provider: null,
    model: null,
    spent: unspent(chain.blocks),
    asks: NO_SPENDING,
  };
  return chain.blocks.flatMap((block) => block.checks).every((check) => evaluateCheck(check, facts).holds);
}
