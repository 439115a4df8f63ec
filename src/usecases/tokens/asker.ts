import type { RequestOperation } from '#domain/authority/role.ts';
import type { AuthorisationRequest, Decision } from '#domain/decision/decision.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { foretell } from '#domain/decision/foretell.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { ContinuedState } from '#domain/policy/policy-breach.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { leastSpending, type Spending } from '#domain/token/budget.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { requestOf } from '#usecases/authority/request-of.ts';
import { NOBODY } from '#usecases/caller/actor-fields.ts';
import { identifyCaller, unlockRoots } from '#usecases/caller/identify.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
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
  readonly decide: (ask: Ask) => Decision;
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
 * Finds out about whom is asked, once for many questions: unlocking a root key takes its time. Nothing is done for an
 * answer, so it is foretold, without the engine. Throws `DeniedError` for a caller who asks about another and may not
 * read there, whether or not that other exists.
 */
export async function findAsker(workspace: Workspace, question: Question): Promise<Asker> {
  const { resources } = question;
  const authority = await knowAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const requestFor = await requestsOf(workspace, ground, question);
  const { actor, credential } = requestFor({ operation: 'state:read', resources });
  const agreements = await agreementsAbout(workspace, ground, question);
  const continued = await continuedWhereAsked(workspace, authority.view, resources);
  return {
    principal: actor.principal === '' || actor.principal === NOBODY ? null : actor.principal,
    via: agentNames(credential.kind === 'chain' ? credential.chain : null),
    policy: authority.view.head,
    decide: (ask) => {
      const continues = ask.operation === 'state:capture' ? continued.get(ask.resources[0] ?? '') : undefined;
      const known = { agreements: agreements.get(ask.operation) ?? [], continues: continues ?? [] };
      return foretell({ ...requestFor({ ...ask, asks: spendingOf(ask) }), ...known });
    },
  };
}

/** The caller's own; another's are shown to those who may read there. */
async function requestsOf(
  workspace: Workspace,
  ground: Standing,
  { as, resources, operations }: Question,
): Promise<MakeRequest> {
  if (as === null) return inPerson(workspace, ground, operations);
  const own = await inPerson(workspace, ground, ['state:read']);
  requireReader(own({ operation: 'state:read', resources }));
  // What makes a session is needed by nobody who asks about themselves.
  const { standIn } = await import('./stand-in.ts');
  return standIn(workspace, ground, as);
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
  operations: readonly RequestOperation[],
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
function requireReader(request: AuthorisationRequest): void {
  const decision = foretell(request);
  if (decision.kind === 'deny') {
    throw new DeniedError({ denial: decision.denial, id: null, preserved: UNCHANGED });
  }
}
