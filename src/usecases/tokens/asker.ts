import { authorise } from '#domain/decision/authorise.ts';
import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { AuthorisationRequest, Decision } from '#domain/decision/decision.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import { shortestLife } from '#domain/policy/life-limit.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { leastSpending, type Spending } from '#domain/token/budget.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { authoriseRemembering } from '#usecases/authority/remembered-verdicts.ts';
import { NOBODY } from '#usecases/caller/actor-fields.ts';
import { identifyCaller, unlockRoots } from '#usecases/caller/identify.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { expiryFrom, mintCredential, SESSION_LIFE } from '#usecases/keys/login.ts';
import { decide, requestOf } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/** What `can` says instead of what was left as it is. */
export const UNCHANGED = 'nothing was asked to change';

/** Somebody about whom `can` is asked. */
export interface Asker {
  /** Null where nothing names a principal. */
  readonly principal: string | null;
  readonly via: readonly string[];
  /** The authority record that all answers stand on. */
  readonly policy: AuthorityId;
  readonly decide: (ask: Ask) => Promise<Decision>;
}

interface Question {
  /** Null for the caller itself. */
  readonly as: string | null;
  readonly resources: readonly string[];
  readonly operations: readonly RequestOperation[];
}

type Standing = Pick<Ground, 'authority' | 'caller' | 'now'>;
type MakeRequest = (ask: Ask) => AuthorisationRequest;

/**
 * Finds out about whom is asked, once for many questions: unlocking a root key takes its time. Throws `DeniedError`
 * for a caller who asks about another and may not read there, whether or not that other exists.
 */
export async function findAsker(workspace: Workspace, question: Question): Promise<Asker> {
  const { as, resources, operations } = question;
  const authority = await knowAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  if (as !== null) await requireReader(workspace, ground, resources);
  const requestFor =
    as === null ? await inPerson(workspace, ground, question) : standIn(workspace, ground, as);
  const { actor, credential } = requestFor({ operation: 'state:read', resources });
  // What the engine let pass is remembered of what verbs ask, not of tables and of tokens made for the question.
  const remembers = as === null && operations.length === 1;
  const engine = remembers ? undefined : await workspace.tokens.loadEngine();
  const agreements = await agreementsAbout(workspace, ground, question);
  const continued = await continuedWhereAsked(workspace, authority.view, resources);
  return {
    principal: actor.principal === '' || actor.principal === NOBODY ? null : actor.principal,
    via: agentNames(credential.kind === 'chain' ? credential.chain : null),
    policy: authority.view.head,
    decide: async (ask) => {
      const continues = ask.operation === 'state:capture' ? continued.get(ask.resources[0] ?? '') : undefined;
      const known = { agreements: agreements.get(ask.operation) ?? [], continues: continues ?? [] };
      const request = { ...requestFor({ ...ask, asks: spendingOf(ask) }), ...known };
      return engine === undefined ? authoriseRemembering(workspace, request) : authorise(request, engine);
    },
  };
}

/** What is continued counts where a policy asks for its signature; what finds that reads states, and is loaded then. */
async function continuedWhereAsked(
  workspace: Workspace,
  view: AuthorityView,
  resources: readonly string[],
): Promise<ReadonlyMap<string, readonly ContinuedState[]>> {
  if (view.policies.every(({ rules }) => rules.attestation === null)) return new Map();
  const { continuedAt } = await import('#usecases/states/continued-states.ts');
  return continuedAt(workspace, view, resources);
}

/** Who agreed to what, of the operations that a policy guards at one of the places. */
async function agreementsAbout(
  workspace: Workspace,
  { authority, now }: Standing,
  { operations, resources }: Question,
): Promise<ReadonlyMap<RequestOperation, readonly Agreement[]>> {
  const found = new Map<RequestOperation, readonly Agreement[]>();
  for (const operation of operations) {
    const question = { operation, resources, authority: authority.view, now };
    if (guardOf(question) === null) continue;
    const { agreementsFor } = await import('#usecases/requests/agreements.ts');
    found.set(operation, await agreementsFor(workspace, question));
  }
  return found;
}

/** The caller's own requests, as a verb makes them. */
async function inPerson(
  workspace: Workspace,
  ground: Standing,
  { operations }: Question,
): Promise<MakeRequest> {
  const floor = operations.some((operation) => operationRule(operation).floor);
  const unlocked = floor ? await unlockRoots(workspace, ground.caller.actor.principal) : [];
  const spent = await countSpent(workspace, ground);
  return (ask) => ({
    ...requestOf(ground, ask, operationRule(ask.operation).floor ? unlocked : []),
    spent,
  });
}

function spendingOf({ operation, resources }: Ask): Spending {
  return leastSpending(operation, resources);
}

/** Grants are for those to see who may read there: the denial is the same whoever was asked about. */
async function requireReader(
  workspace: Workspace,
  ground: Standing,
  resources: readonly string[],
): Promise<void> {
  const decision = await decide(workspace, ground, { operation: 'state:read', resources });
  if (decision.kind === 'deny') {
    throw new DeniedError({ denial: decision.denial, id: null, preserved: UNCHANGED });
  }
}

/**
 * Requests of a principal in person: a session of its own that nothing narrows, its root key unlocked. The session
 * is a real token under a root key that is made here, known to this view alone and forgotten; whoever has no live
 * keys has no credential either.
 */
function standIn(workspace: Workspace, { authority, now }: Standing, principal: string): MakeRequest {
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
