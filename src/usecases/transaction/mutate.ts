import type { Json } from '#domain/encoding/canonical-json.ts';
import type { Decision } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { OperationId, RequestId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { spokenTexts } from '#domain/secrets/spoken-texts.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { requestOf } from '#usecases/authority/request-of.ts';
import { authoriseRemembering } from '#usecases/authority/remembered-verdicts.ts';
import { askPassphrase, identifyCaller, unlockRoots } from '#usecases/caller/identify.ts';
import { actText } from '#domain/request/intended-act.ts';
import { meantPurge } from '#domain/request/guarded-purge.ts';
import { refuseWhilePending } from '#usecases/landing/pending/refuse-while-pending.ts';
import { withOthersSay } from '#usecases/requests/authorise-guarded.ts';
import { CONSENTS } from '#usecases/requests/named-consents.ts';
import { refuseSecrets } from '#usecases/secrets/refuse-secrets.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { blindRefusal } from './blind.ts';
import { findEarlierResult } from './earlier-result.ts';
import type { Ask, Ground, Mutation, Plan, Proposal } from './plan.ts';
import type { EffectOutcome } from './effects.ts';
import { publish } from './publish.ts';
import { recover } from './recover.ts';
import { argsWithId, publisherOf, refuse } from './refuse.ts';
import { readClaims, threadsOf } from '#usecases/threads/claim/threads-of.ts';

export interface Mutated<R> {
  readonly result: R;
  /** Null where nothing had to be done. */
  readonly operation: OperationId | null;
  /** What effects that do more than they say found out; empty where it was done before. */
  readonly outcomes: readonly EffectOutcome[];
  /** What was left over from a killed process and is finished now, and what a policy only warns of. */
  readonly notes: readonly string[];
}

/**
 * Runs one mutating verb: recover, read the ground, authorise, plan, publish, all under the repository lock.
 * A denied one writes exactly one log line and throws {@link DeniedError}.
 */
export async function mutate<R extends Json>(
  workspace: Workspace,
  mutation: Mutation<R>,
): Promise<Mutated<R>> {
  if (mutation.asksPassphrase) await askPassphrase(workspace);
  return workspace.lock.run(async () => {
    const notes = await recover(workspace);
    const ground = await readGround(workspace);
    const earlier = await findEarlierResult<R>(workspace, ground, mutation);
    if (earlier !== undefined) return { ...earlier, outcomes: [], notes };
    const proposal = await proposeTo(workspace, ground, mutation);
    if (proposal.kind === 'nothing') return { result: proposal.result, operation: null, outcomes: [], notes };
    const { warnings, consents } = await requireAllowed(workspace, ground, { mutation, proposal });
    const done = await carryOut(workspace, ground, { mutation, proposal, consents });
    return { ...done, notes: [...notes, ...warnings, ...done.notes] };
  });
}

/** The answer of a verb that always does something, with its operation. */
export function required<R extends object>({
  result,
  operation,
}: Mutated<R>): R & { readonly operation: OperationId } {
  invariant(operation !== null, 'this verb never finds that there is nothing to do');
  return { ...result, operation };
}

/** Reads what a decision stands on. */
export async function readGround(workspace: Workspace): Promise<Ground> {
  const authority = await knowAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  return { authority, caller, replica: await workspace.replica(), now: workspace.clock.now() };
}

/** Asks the one decision; the same for verbs and for `can`. */
export async function decide(
  workspace: Workspace,
  ground: Pick<Ground, 'authority' | 'caller' | 'now'>,
  ask: Ask,
): Promise<Decision> {
  const floor = operationRule(ask.operation).floor || ask.agreeing === true;
  const unlocked = floor ? await unlockRoots(workspace, ground.caller.actor.principal) : [];
  const spent = await countSpent(workspace, ground);
  const request = { ...requestOf(ground, ask, unlocked), spent };
  return authoriseRemembering(workspace, await withOthersSay(workspace, request));
}

interface Asked<R extends Json> {
  readonly mutation: Mutation<R>;
  readonly proposal: Extract<Proposal<R>, { kind: 'ask' }>;
}

/** What is proposed; who may not read is not told by it that there is nothing to do, or nothing of that name. */
async function proposeTo<R extends Json>(
  workspace: Workspace,
  ground: Ground,
  mutation: Mutation<R>,
): Promise<Proposal<R>> {
  const refuseBlind = async (): Promise<void> => {
    const blind = await mutation.blind?.(ground);
    if (blind === undefined) return;
    const refused = await blindRefusal((ask) => decide(workspace, ground, ask), blind, blind.resources);
    if (refused !== undefined) await refuse(workspace, ground, { mutation, ask: blind, ...refused });
  };
  try {
    const proposal = await mutation.propose(ground);
    if (proposal.kind === 'nothing') await refuseBlind();
    return proposal;
  } catch (error) {
    if (error instanceof HeddleError && !(error instanceof DeniedError)) await refuseBlind();
    throw error;
  }
}

/** Asks everything that is proposed; a refusal writes one line and throws {@link DeniedError}. */
export async function requireAllowed<R extends Json>(
  workspace: Workspace,
  ground: Ground,
  { mutation, proposal }: Asked<R>,
): Promise<Allowed> {
  const asks = (ask: Ask): Promise<Decision> => decide(workspace, ground, ask);
  const intended = { op: proposal.op ?? mutation.op, args: mutation.args };
  const act = {
    kind: 'exact',
    act: actText(intended),
    consent: mutation.consent,
    purge: meantPurge(intended),
  } as const;
  const warnings: string[] = [];
  const consents = new Set<RequestId>();
  for (const ask of [proposal.ask, ...(proposal.also ?? [])]) {
    const decision = await asks({ ...ask, act });
    if (decision.kind === 'allow') {
      warnings.push(...decision.allowance.warnings);
      if (decision.consent !== undefined) consents.add(decision.consent);
      continue;
    }
    const { denial } = decision;
    const blind = await mutation.blind?.(ground);
    const unseen = blind === undefined ? undefined : await blindRefusal(asks, blind, denial.denied);
    if (blind !== undefined && unseen !== undefined) {
      await refuse(workspace, ground, { mutation, ask: blind, ...unseen });
    }
    await refuse(workspace, ground, { mutation, ask, op: proposal.op, denial });
  }
  return { warnings, consents: [...consents] };
}

interface Allowed {
  /** What a policy only warns of. */
  readonly warnings: readonly string[];
  /** Requests by which others agreed; the line that uses them up names them. */
  readonly consents: readonly RequestId[];
}

async function carryOut<R extends Json>(
  workspace: Workspace,
  ground: Ground,
  { mutation, proposal, consents }: Asked<R> & Pick<Allowed, 'consents'>,
): Promise<Mutated<R>> {
  const said = await refuseSecrets(workspace, ground.authority.view, {
    resource: proposal.ask.resources[0] ?? ground.authority.view.repository,
    changes: [],
    texts: spokenTexts(mutation.args),
  });
  const batch = workspace.writer.batch();
  const authority = new AuthorityDraft(workspace, { ...ground, consents }, batch);
  authority.endorseReplica();
  const plan: Plan<R> = await proposal.plan({ batch, authority, consents });
  await refuseWhilePending(workspace, plan.effects);
  const op = proposal.op ?? mutation.op;
  await keepClaims(workspace, ground, { line: { op }, texts: plan });
  const moved = authority.refChange();
  const { id, outcomes } = await publish(workspace, publisherOf(ground), {
    op,
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: ground.authority.view.head,
    states: plan.states,
    texts: {
      resource: proposal.ask.resources[0] ?? null,
      paths: plan.paths,
      args: { ...argsWithId(workspace, mutation.args), ...spentArgs(proposal), ...consentArgs(consents) },
      refs: moved === null ? plan.refs : [...plan.refs, moved],
      effects: plan.effects,
      inverse: plan.inverse,
      result: plan.result,
    },
    verify: unmoved(ground, moved),
    batch,
  });
  return {
    result: plan.answer ?? plan.result,
    operation: id,
    outcomes,
    notes: [...said, ...(plan.notes ?? [])],
  };
}

/**
 * The one place where a claim keeps others out. It comes after the decision, and so tells nothing to whoever may not
 * write to the thread anyway. Loaded late: few threads are claimed.
 */
async function keepClaims(
  workspace: Workspace,
  { caller: { chain }, now }: Ground,
  change: Parameters<typeof threadsOf>[0],
): Promise<void> {
  const claims = await readClaims(workspace, threadsOf(change));
  if (claims.length === 0) return;
  const { respectClaims } = await import('#usecases/threads/claim/respect-claims.ts');
  await respectClaims(workspace, claims, { chain, now });
}

/** The authority head that the decision saw must still stand when the refs are locked. */
function unmoved(ground: Ground, moved: RefChange | null): readonly RefChange[] {
  const { ref, headCommit } = ground.authority;
  return moved === null ? [{ name: ref, old: headCommit, new: headCommit }] : [];
}

function consentArgs(consents: Allowed['consents']): { readonly [name: string]: Json } {
  return consents.length === 0 ? {} : { [CONSENTS]: consents };
}

function spentArgs<R extends Json>({ spent }: Asked<R>['proposal']): { readonly [name: string]: Json } {
  return spent === undefined ? {} : { spent };
}
