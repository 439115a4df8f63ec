import type { AuthorityView, Grant } from '#domain/authority/authority.ts';
import { authorise } from '#domain/decision/authorise.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type {
  Allowance,
  AuthorisationRequest,
  Denial,
  EvaluateToken,
  Fix,
  PresentedCredential,
} from '#domain/decision/decision.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { coversResource, parseResource } from '#domain/resource/resource.ts';
import { REQUEST_OPERATIONS, ROLES, type Role } from '#domain/authority/role.ts';
import { formatInstant, instantMilliseconds, parseDuration, parseInstant } from '#domain/time.ts';
import { NO_SPENDING } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import type {
  AuthorityBlock,
  DelegationBlock,
  TokenBlock,
  TokenChain,
  TokenCheck,
} from '#domain/token/token.ts';
import { FAKE_HASHER, fakeHash, fakeKey } from './fake-crypto.ts';

export const NOW = parseInstant('2026-11-21T12:00:00.000Z');
export const LATER = parseInstant('2026-11-22T00:00:00.000Z');
export const EARLIER = parseInstant('2026-11-21T11:00:00.000Z');
export const REPOSITORY = 'acme/core';
export const OWNER = 'owner@example.com';
export const DEV = 'dev@example.com';
export const LIFE: TokenCheck = { kind: 'time', notAfter: LATER };

const IDS = new Map<string, AuthorityId>();

/** An id that is named rather than hashed. */
export function namedId(name: string): AuthorityId {
  const known = IDS.get(name) ?? formatId('hg', FAKE_HASHER.hash('authority', utf8(name)));
  IDS.set(name, known);
  return known;
}
export const GENESIS = namedId('genesis');

export interface GrantSketch {
  readonly principal: string;
  readonly role: Role;
  readonly resource: string;
  readonly until?: Grant['until'];
}

/** A view in which the owner owns the repository and everybody named has keys. */
export function viewWith(
  grants: readonly GrantSketch[] = [],
  change: Partial<AuthorityView> = {},
): AuthorityView {
  const names = [...new Set([OWNER, DEV, ...grants.map((grant) => grant.principal)])];
  return {
    genesis: GENESIS,
    head: namedId('head'),
    seq: 9,
    repository: REPOSITORY,
    principals: names.map((principal) => ({
      principal,
      keys: { root: fakeKey(`root ${principal}`), record: fakeKey(`record ${principal}`) },
      since: EARLIER,
      revoked: false,
    })),
    grants: [{ principal: OWNER, role: 'owner' as const, resource: REPOSITORY }, ...grants].map(
      ({ principal, role, resource, ...rest }, index): Grant => ({
        id: index === 0 ? GENESIS : namedId(`grant ${index}`),
        principal,
        role,
        resource,
        by: OWNER,
        since: EARLIER,
        until: 'until' in rest ? (rest.until ?? null) : null,
      }),
    ),
    replicas: [],
    revokedSessions: [],
    revokedBlocks: [],
    everOwners: [],
    frozen: null,
    consents: [],
    policies: [],
    ...change,
  };
}

/** An authority block of a principal's session. */
export function session(principal: string, change: Partial<AuthorityBlock> = {}): AuthorityBlock {
  return {
    kind: 'authority',
    tokenVersion: 1,
    principal,
    session: `session of ${principal}`,
    repo: '*',
    holder: fakeKey(`device ${principal}`),
    issued: EARLIER,
    checks: [LIFE],
    ...change,
  };
}

export function delegation(
  agent: string,
  checks: readonly TokenCheck[] = [],
  change: Partial<DelegationBlock> = {},
): DelegationBlock {
  return {
    kind: 'delegation',
    agent,
    holder: fakeKey(`agent ${agent}`),
    provider: null,
    model: null,
    checks,
    ...change,
  };
}

/** A chain as the strict reader gives it, signed by the root key of its principal. */
export function chainOf(
  authority: AuthorityBlock,
  rest: readonly Exclude<TokenBlock, AuthorityBlock>[] = [],
  change: Partial<TokenChain> = {},
): TokenChain {
  const blocks = [authority, ...rest];
  const holders = blocks.flatMap((block) => (block.kind === 'attenuation' ? [] : [block.holder]));
  return {
    authority,
    blocks,
    revocationIds: blocks.map((block, index) =>
      (fakeHash(`block ${index} ${JSON.stringify(block)}`) + fakeKey('rest')).slice(0, 128),
    ),
    root: fakeKey(`root ${authority.principal}`),
    holder: holders.at(-1) ?? authority.holder,
    sealed: true,
    ...change,
  };
}

/** The bytes of a stub token: its chain as JSON, which only the stub engine reads. */
export function presented(chain: TokenChain): Extract<PresentedCredential, { readonly kind: 'chain' }> {
  return { kind: 'chain', chain, bytes: utf8(JSON.stringify(chain.blocks)) };
}

/** A request by the holder of a chain, told truly. */
export function requestBy(
  chain: TokenChain,
  authority: AuthorityView,
  change: Partial<AuthorisationRequest> = {},
): AuthorisationRequest {
  const leaf = chain.blocks.findLast((block) => block.kind === 'delegation');
  return {
    operation: 'state:capture',
    resources: ['acme/core@task:src/a.ts'],
    credential: presented(chain),
    holder: chain.holder,
    actor: {
      principal: chain.authority.principal,
      agent: leaf?.agent ?? null,
      provider: leaf?.provider ?? null,
      model: leaf?.model ?? null,
      session: null,
      confidence: null,
    },
    contradictions: [],
    unlocked: [],
    granting: null,
    now: NOW,
    authority,
    ...change,
  };
}

/** Stands for the Biscuit engine: the same checks and the same one policy, from the blocks in the bytes. */
export const STUB_ENGINE: EvaluateToken = (token, _root, facts) => {
  const blocks = JSON.parse(new TextDecoder().decode(token)) as readonly TokenBlock[];
  const failed = blocks.flatMap((block, index) =>
    block.checks.flatMap((check, place) =>
      evaluateCheck(check, facts).holds ? [] : [{ block: index, check: place }],
    ),
  );
  if (failed.length > 0) return { kind: 'checks-failed', failed };
  const matches = facts.grants.some(
    ({ role, resource }) => facts.within.includes(resource) && facts.satisfies.includes(role),
  );
  return matches ? { kind: 'allow' } : { kind: 'no-match' };
};

export function denialOf(request: AuthorisationRequest, engine: EvaluateToken = STUB_ENGINE): Denial {
  const decision = authorise(request, engine);
  if (decision.kind === 'allow') throw new Error('expected a denial');
  return decision.denial;
}

export function allowanceOf(request: AuthorisationRequest, engine: EvaluateToken = STUB_ENGINE): Allowance {
  const decision = authorise(request, engine);
  if (decision.kind === 'deny') throw new Error(`denied: ${decision.denial.code} ${decision.denial.message}`);
  return decision.allowance;
}

function optionValues(argv: readonly string[], option: string): readonly string[] {
  return argv.flatMap((word, index) => (argv[index - 1] === option ? [word] : []));
}

/** What a request becomes when `who` has run a fix: the verbs' effects, none of their code. */
export function afterFix(request: AuthorisationRequest, fix: Fix, who: string): AuthorisationRequest {
  const [, noun, verb, ...rest] = fix.argv;
  if (noun === 'login') return asSession(request, who, optionValues(fix.argv, '--ttl')[0]);
  if (noun === 'grant' && verb === 'add') return withGrant(request, rest, who);
  if (noun === 'token' && verb === 'attenuate') return withDelegation(request, fix.argv, who);
  throw new Error(`no such fix: ${fix.argv.join(' ')}`);
}

/** A session of whoever a fix names, as short as any policy may want it. */
function shortSession({ now }: AuthorisationRequest, principal: string): AuthorityBlock {
  return session(principal, { issued: now, checks: [{ kind: 'time', notAfter: now }] });
}

function asSession(
  request: AuthorisationRequest,
  principal: string,
  ttl: string | undefined,
): AuthorisationRequest {
  const ends = formatInstant(instantMilliseconds(NOW) + parseDuration(ttl ?? '12h'));
  const checks: readonly TokenCheck[] = [{ kind: 'time', notAfter: ends }];
  const chain = chainOf(session(principal, { session: 'a new one', issued: NOW, checks }));
  return requestBy(chain, request.authority, { ...kept(request) });
}

function kept(request: AuthorisationRequest): Partial<AuthorisationRequest> {
  const { operation, resources, unlocked, granting, now, own, continues } = request;
  return {
    operation,
    resources,
    unlocked,
    granting,
    now,
    ...(own === true ? { own: true } : {}),
    ...(continues === undefined ? {} : { continues }),
    ...(request.asks === undefined ? {} : { asks: request.asks }),
  };
}

/** Adds the grant, after the one who runs it was found to be allowed to. */
function withGrant(
  request: AuthorisationRequest,
  [principal, role, resource]: readonly string[],
  by: string,
): AuthorisationRequest {
  const found = ROLES.find((candidate) => candidate === role);
  if (principal === undefined || found === undefined || resource === undefined) throw new Error('bad grant');
  const granter = chainOf(shortSession(request, by));
  allowanceOf(
    requestBy(granter, request.authority, {
      operation: 'grant:write',
      resources: [resource],
      granting: found,
      unlocked: [granter.root],
      now: request.now,
    }),
  );
  const { authority } = request;
  const grant: Grant = {
    id: namedId('fix'),
    principal,
    role: found,
    resource,
    by,
    since: NOW,
    until: null,
  };
  return { ...request, authority: { ...authority, grants: [...authority.grants, grant] } };
}

/** Makes the child that the command asks for, from what `who` has; refuses to ask for more than that. */
function withDelegation(
  request: AuthorisationRequest,
  argv: readonly string[],
  who: string,
): AuthorisationRequest {
  const agent = optionValues(argv, '--agent')[0] ?? '';
  const resources = optionValues(argv, '--resource');
  const operations = REQUEST_OPERATIONS.filter((operation) =>
    optionValues(argv, '--allow').includes(operation),
  );
  const chain =
    request.credential.kind === 'chain' ? request.credential.chain : chainOf(shortSession(request, who));
  const from = chain.blocks.findIndex((block) => block.kind === 'delegation' && block.agent === who);
  const isPrincipal = chain.authority.principal === who;
  if (from < 0 && !isPrincipal) throw new Error(`${who} has no such token`);
  const next = chain.blocks.findIndex(
    (block, index) => index > Math.max(from, 0) && block.kind === 'delegation',
  );
  const parent = chain.blocks.slice(0, next < 0 ? chain.blocks.length : next);
  for (const check of parent.flatMap((block) => block.checks)) {
    if (check.kind !== 'resource') continue;
    const wider = resources.filter(
      (asked) => !check.anyOf.some((scope) => coversResource(parseResource(scope), parseResource(asked))),
    );
    if (wider.length > 0) throw new Error(`asks for more than ${who} has: ${wider.join()}`);
  }
  const holder = fakeKey(`new agent ${agent}`);
  const budgets = (optionValues(argv, '--budget')[0] ?? '').split(',').flatMap((part): TokenCheck[] => {
    const [word, count] = part.split('=');
    const budget = BUDGET_KINDS.find((kind) => kind === word);
    return budget === undefined ? [] : [{ kind: 'budget', budget, holder, atMost: Number(count) }];
  });
  const child = delegation(
    agent,
    [{ kind: 'operation', anyOf: operations }, { kind: 'resource', anyOf: resources }, LIFE, ...budgets],
    { holder },
  );
  const named = {
    ...child,
    provider: optionValues(argv, '--provider')[0] ?? null,
    model: optionValues(argv, '--model')[0] ?? null,
  };
  const rest = parent.filter((block) => block.kind !== 'authority');
  const spent = [...(request.spent ?? []), { ...NO_SPENDING, holder, minutes: 0 }];
  return requestBy(chainOf(chain.authority, [...rest, named]), request.authority, {
    ...kept(request),
    spent,
  });
}
