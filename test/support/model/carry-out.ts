import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { Grant } from '#domain/authority/authority.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { formatInstant, instantMilliseconds, parseDuration, type Instant } from '#domain/time.ts';
import type { DelegationBlock, TokenBlock, TokenChain, TokenCheck } from '#domain/token/token.ts';
import { findWidening } from '#domain/token/token-scope.ts';
import { chainOf, namedId, requestBy, session } from '../decisions.ts';
import { fakeKey } from '../fake-crypto.ts';
import { bytesOf, checkOf, roleNamed } from './case-request.ts';
import { DATALOG_ENGINE } from './datalog-engine.ts';

/** Provider and model that the caller's flags name, before a command and after it. */
export type Says = readonly [provider: string, model: string] | null;

const HOUR = 3_600_000;

/**
 * What a request becomes when `who` has run a command as it stands: the verbs' effects on what the decision sees,
 * none of their code. The line is understood by heddle's own parser. Throws where `who` could not run it.
 */
export function carryOut(
  request: AuthorisationRequest,
  argv: readonly string[],
  { who, says }: { readonly who: string; readonly says: Says },
): AuthorisationRequest {
  const parsed = understood(argv);
  if (parsed.kind !== 'verb') throw new Error(`no verb: ${argv.join(' ')}`);
  const { verb, arguments: words, options } = parsed.typed;
  const values = (name: string): readonly string[] => options.get(name) ?? [];
  const word = (name: string): string => {
    const found = words.get(name) ?? values(name)[0];
    if (found === undefined) throw new Error(`no ${name} in ${argv.join(' ')}`);
    return found;
  };
  switch (verb.path.join(' ')) {
    case 'login':
      if (word('principal') !== who) throw new Error(`${who} does not log in as another`);
      return asSession(request, who, { says, life: parseDuration(values('ttl')[0] ?? '12h') });
    case 'grant add': {
      const [principal, role, at] = [...words.values()];
      return withGrant(request, { principal: principal ?? '', role: role ?? '', at: at ?? '', by: who });
    }
    case 'token attenuate':
      return withChild(request, who, {
        says,
        agent: word('agent'),
        named: [values('provider')[0] ?? null, values('model')[0] ?? null],
        checks: [
          checkOf({ kind: 'operation', anyOf: values('allow').flatMap((list) => list.split(',')) }, CHILD),
          { kind: 'resource', anyOf: values('resource') },
          ...budgetsIn(values('budget')[0]),
        ],
      });
    default:
      throw new Error(`no such fix: ${argv.join(' ')}`);
  }
}

const CHILD = fakeKey('fresh child');

/** `states=1,files=2` */
function budgetsIn(text: string | undefined): readonly TokenCheck[] {
  return (text?.split(',') ?? []).map((part) => {
    const [word, count] = part.split('=');
    const budget = (['states', 'files', 'lines', 'minutes'] as const).find((kind) => kind === word);
    if (budget === undefined) throw new Error(`no such budget: ${part}`);
    return { kind: 'budget', budget, holder: CHILD, atMost: Number(count) };
  });
}

/** Many fixes are alike, and making the parser costs more than all else. */
const known = new Map<string, ReturnType<typeof parseAdvice>>();

/** A line of advice as heddle's own parser reads it. */
export function understood(argv: readonly string[]): ReturnType<typeof parseAdvice> {
  const line = argv.join('\0');
  const parsed = known.get(line) ?? parseAdvice(argv);
  known.set(line, parsed);
  return parsed;
}

/** A session that the principal opens with the keys that are registered now. */
export function asSession(
  request: AuthorisationRequest,
  who: string,
  { says, life }: { readonly says: Says; readonly life: number },
): AuthorisationRequest {
  return asking(request, freshSession(request, who, life), says);
}

/** As short as any policy may want it, where no life is given. */
function freshSession({ authority, now }: AuthorisationRequest, who: string, life = 1000): TokenChain {
  const live = findPrincipal(authority, who);
  if (live === undefined) throw new Error(`${who} has no live keys`);
  const second = Math.floor(instantMilliseconds(now) / 1000) * 1000;
  const opened = session(who, {
    session: `a new one of ${who}`,
    issued: formatInstant(second),
    checks: [{ kind: 'time', notAfter: formatInstant(second + life) }],
  });
  return chainOf(opened, [], { root: live.keys.root });
}

/** The same request under another chain. */
function asking(request: AuthorisationRequest, chain: TokenChain, says: Says): AuthorisationRequest {
  const made = requestBy(chain, request.authority, {});
  const [provider, model] = says ?? [null, null];
  return {
    ...request,
    credential: { kind: 'chain', chain, bytes: bytesOf(chain) },
    holder: chain.holder,
    actor: {
      ...made.actor,
      provider: made.actor.provider ?? provider,
      model: made.actor.model ?? model,
    },
  };
}

export interface Given {
  readonly principal: string;
  readonly role: string;
  readonly at: string;
  readonly by: string;
}

/** Adds a grant, after the one who gives it was found to be allowed to. */
export function withGrant(request: AuthorisationRequest, given: Given): AuthorisationRequest {
  const { principal, at, by } = given;
  const role = roleNamed(given.role);
  const chain = freshSession(request, by);
  const decision = authorise(
    {
      ...asking(request, chain, null),
      operation: 'grant:write',
      resources: [at],
      granting: role,
      own: false,
      unlocked: [chain.root],
    },
    DATALOG_ENGINE,
  );
  if (decision.kind === 'deny') throw new Error(`${by} may not: ${decision.denial.message}`);
  const since = request.now;
  const grant: Grant = { id: namedId('fix'), principal, role, resource: at, by, since, until: null };
  const { authority } = request;
  return { ...request, authority: { ...authority, grants: [...authority.grants, grant] } };
}

export interface ChildOptions {
  readonly says: Says;
  readonly agent: string;
  readonly named: readonly [provider: string | null, model: string | null];
  readonly checks: readonly TokenCheck[];
}

/** Makes a child of what `who` has, as `token attenuate` does; refuses to ask for more than that. */
export function withChild(
  request: AuthorisationRequest,
  who: string,
  { says, agent, named: [provider, model], checks }: ChildOptions,
): AuthorisationRequest {
  const parent = heldBy(request, who);
  const depth = parent.blocks.filter((block) => block.kind === 'delegation').length + 1;
  const child: DelegationBlock = {
    kind: 'delegation',
    agent,
    holder: CHILD,
    provider,
    model,
    checks: [
      { kind: 'time', notAfter: childEnd(request.now, parent.blocks) },
      ...checks,
      { kind: 'depth', atMost: Math.max(depth, ...usualDepth(parent.blocks, depth)) },
    ],
  };
  const texts = checks.flatMap((check) => (check.kind === 'resource' ? check.anyOf : []));
  if (texts.some((text) => Buffer.byteLength(text) > 1024)) throw new Error('a text is too long for a token');
  if (Buffer.byteLength(texts.join('')) > 8192) throw new Error('more than a token holds');
  const widening = findWidening(parent.blocks, child);
  if (widening !== undefined) throw new Error(`${who} has not ${widening.asked}: block ${widening.block}`);
  const rest = parent.blocks.flatMap((block) => (block.kind === 'authority' ? [] : [block]));
  const nothing = { holder: CHILD, states: 0, files: 0, lines: 0, minutes: 0 };
  const counted = { ...request, spent: [...(request.spent ?? []), nothing] };
  return asking(counted, chainOf(parent.authority, [...rest, child], { root: parent.root }), says);
}

/** An hour, but never past the parent's own. */
function childEnd(now: Instant, parents: readonly TokenBlock[]): Instant {
  const whole = Math.floor(instantMilliseconds(now) / 1000) * 1000;
  const ends = parents
    .flatMap((block) => block.checks)
    .flatMap((check) => (check.kind === 'time' ? [check.notAfter] : []));
  return [formatInstant(whole + HOUR), ...ends].toSorted()[0] ?? now;
}

/** One agent more below the child where the parents leave room. */
function usualDepth(parents: readonly TokenBlock[], depth: number): readonly number[] {
  const bounds = parents
    .flatMap((block) => block.checks)
    .flatMap((check) => (check.kind === 'depth' ? [check.atMost] : []));
  return [Math.min(depth + 1, ...bounds)];
}

/** What somebody in the request's chain holds in their own hands; a principal outside of it, a session. */
function heldBy(request: AuthorisationRequest, who: string): TokenChain {
  if (request.credential.kind !== 'chain') return freshSession(request, who);
  const { chain } = request.credential;
  const agents = chain.blocks.flatMap((block, index) =>
    block.kind === 'delegation' ? [{ block, index }] : [],
  );
  const at = agents.slice(0, -1).findLastIndex(({ block }) => block.agent === who);
  if (at < 0 && chain.authority.principal !== who) throw new Error(`${who} has no such token`);
  // What narrows an agent's token without naming anybody may have been there when it was handed over.
  return { ...chain, blocks: at < 0 ? [chain.authority] : chain.blocks.slice(0, agents[at + 1]?.index) };
}
