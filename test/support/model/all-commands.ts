import { findPrincipal, whoMay } from '#domain/authority/authority-view.ts';
import type { Grant, RegisteredPrincipal } from '#domain/authority/authority.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Denial } from '#domain/decision/decision.ts';
import { GATES } from '#domain/decision/gate.ts';
import type { TokenChain } from '#domain/token/token.ts';
import { naiveCovers, NAIVE_ROLES } from '../naive-decision.ts';
import { namedId } from '../decisions.ts';
import { aboveOf } from './above.ts';
import { asSession, withChild, withGrant, type Says } from './carry-out.ts';
import { DATALOG_ENGINE } from './datalog-engine.ts';

/** Where a request ends: `allow`, or the gate that refuses it. */
export function endsAt(request: AuthorisationRequest): string {
  const decision = authorise(request, DATALOG_ENGINE);
  return decision.kind === 'allow' ? 'allow' : decision.denial.stage;
}

/** A credential that nobody can use gets nobody further. */
const USELESS = ['floor', 'policy'];

/** Whatever role its principal might still be given. */
function isUseless(request: AuthorisationRequest): boolean {
  const { authority, credential, now } = request;
  if (credential.kind !== 'chain') return false;
  const { principal } = credential.chain.authority;
  const places = [...new Set(request.resources.map((resource) => resource.split(/[/@:]/)[0] ?? ''))];
  const most = places.map((resource): Grant => {
    const id = namedId(`owner of ${resource}`);
    return { id, principal, role: 'owner', resource, by: principal, since: now, until: null };
  });
  const grants = [...authority.grants, ...most];
  const decision = authorise({ ...request, authority: { ...authority, grants } }, DATALOG_ENGINE);
  return decision.kind === 'deny' && USELESS.includes(decision.denial.stage);
}

/** Tells whether a request got further than the gate that refused it. */
export function isFurther(end: string, than: string): boolean {
  return end === 'allow' || stages.indexOf(end) > stages.indexOf(than);
}
const stages: readonly string[] = GATES;

/**
 * Every single command of the kinds that fixes are made of, by whoever could run it, that would get a denied request
 * further; in words. A brute search: what `fixes` leaves out must not be here.
 */
export function helpful(request: AuthorisationRequest, denial: Denial, says: Says): readonly string[] {
  const chain = request.credential.kind === 'chain' ? request.credential.chain : null;
  return [
    ...logins(request, chain, says),
    ...grants(request, denial),
    ...children(request, chain, says),
  ].flatMap(([words, make]) => {
    const made = tried(make);
    const end = made && endsAt(made);
    // What the caller says against the credential stands in every session's way.
    const stuck = end === 'credential' || (made && words.endsWith('attenuates') && isUseless(made));
    return end !== undefined && !stuck && isFurther(end, denial.stage) ? [`${words}: ${end}`] : [];
  });
}

type Candidate = readonly [words: string, make: () => AuthorisationRequest];

function tried(make: () => AuthorisationRequest): AuthorisationRequest | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Somebody in person may open another session; an agent never becomes the person. */
function logins(request: AuthorisationRequest, chain: TokenChain | null, says: Says): readonly Candidate[] {
  const { credential } = request;
  if (credential.kind === 'unreadable' || (credential.kind === 'none' && credential.agentDetected)) return [];
  if (chain?.blocks.some((block) => block.kind === 'delegation') === true) return [];
  const who = chain?.authority.principal ?? request.actor.principal;
  // Whose keys were never registered signs the next session with them, too.
  const known = ({ principal, keys }: RegisteredPrincipal) => principal === who && keys.root === chain?.root;
  if (chain !== null && !request.authority.principals.some(known)) return [];
  return [[`login as ${who}`, () => asSession(request, who, { says, life: 1000 })]];
}

/** Any role to whoever asks, anywhere above what was refused, from whoever may. */
function grants(request: AuthorisationRequest, denial: Denial): readonly Candidate[] {
  const { principal } = denial;
  if (denial.stage !== 'role' || principal === null) return [];
  const places = [...new Set(denial.denied.flatMap(aboveOf))].filter((at) =>
    denial.denied.every((refused) => naiveCovers(at, refused)),
  );
  // Where others must agree to the narrowest grant, nobody is sent around them with a wider one.
  const [narrowest] = places;
  const guarded = request.authority.policies.some(({ resource, rules }) => {
    const near = naiveCovers('acme/core', narrowest ?? '') ? resource : 'acme/core';
    return naiveCovers(near, narrowest ?? '') && rules.guarded?.includes('grant:write') === true;
  });
  if (guarded) return [];
  return places.flatMap((at) =>
    NAIVE_ROLES.flatMap((role) =>
      whoMay(request.authority, 'admin', at, request.now).map((by): Candidate => [
        `${by} grants ${role} at ${at}`,
        () => withGrant(request, { principal, role, at, by }),
      ]),
    ),
  );
}

/** A child for just this, from anybody above the one who asks. */
function children(request: AuthorisationRequest, chain: TokenChain | null, says: Says): readonly Candidate[] {
  const { credential, actor, operation, own = false } = request;
  // What was one's own under the old token is not under a new one.
  if (own && operation === 'token:revoke') return [];
  const agents = chain?.blocks.flatMap((block) => (block.kind === 'delegation' ? [block.agent] : [])) ?? [];
  if (chain === null && !(credential.kind === 'none' && credential.agentDetected)) return [];
  if (chain !== null && agents.length === 0) return [];
  const givers =
    chain === null
      ? request.authority.principals
          .map(({ principal }) => principal)
          .filter((who) => worthAsking(request, who))
      : [chain.authority.principal, ...agents.slice(0, -1)];
  const named = [actor.provider, actor.model] as const;
  return [...new Set(givers)]
    .filter((who) => chain !== null || findPrincipal(request.authority, who) !== undefined)
    .map((who) => [
      `${who} attenuates`,
      () =>
        withChild(request, who, {
          says,
          agent: agents.at(-1) ?? 'agent',
          named,
          checks: [
            { kind: 'operation', anyOf: [operation] },
            { kind: 'resource', anyOf: scopesFor(request.resources) },
          ],
        }),
    ]);
}

/** Without the role only the agent's own principal gives it a credential: that leads to the role's own fix. */
function worthAsking(request: AuthorisationRequest, who: string): boolean {
  const made = tried(() => asSession(request, who, { says: null, life: 1000 }));
  const end = made && endsAt(made);
  return who === request.actor.principal || end === 'allow' || end === 'policy';
}

const MOST_SCOPES = 16;

function scopesFor(resources: readonly string[]): readonly string[] {
  if (resources.length <= MOST_SCOPES) return resources;
  const [first = ''] = resources;
  const common = aboveOf(first).find((at) => resources.every((each) => naiveCovers(at, each)));
  return common === undefined ? resources : [common];
}
