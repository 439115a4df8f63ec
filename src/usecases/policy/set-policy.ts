import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { lastingOwners } from '#domain/authority/last-owner.ts';
import { applyRules } from '#domain/policy/apply-rules.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { policyProblem } from '#domain/policy/policy-rules.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import { ruleChanges } from '#domain/policy/rule-changes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { PolicySetResult } from '#domain/results/policy-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { tellRefusal } from '#usecases/removal/would-deny.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { affectedTokens } from './affected-tokens.ts';

/** What is to be asked at one resource from now on. */
export interface PolicyChange {
  /** Null for the repository. */
  readonly resource: string | null;
  /** Rules that are named; null ends one. */
  readonly rules: Partial<PolicyRules>;
  readonly reason: string | null;
  readonly dryRun: boolean;
}

type PolicySet = Omit<PolicySetResult, 'operation'>;

/**
 * Changes the policy at one resource by a record in the authority chain; rules that are not named stay. Throws
 * `POLICY_INVALID`, `RESOURCE_INVALID`. With `dryRun` nothing is asked, changed or recorded.
 */
export async function setPolicy(workspace: Workspace, change: PolicyChange): Promise<Mutated<PolicySet>> {
  if (change.dryRun) return previewPolicy(workspace, change);
  let told: readonly string[] = [];
  const done = await mutate<PolicySet>(workspace, {
    op: 'policy-set',
    args: { resource: change.resource, rules: { ...change.rules }, reason: change.reason },
    asksPassphrase: true,
    propose: async (ground) => {
      const { body, result } = await planChange(workspace, ground, change);
      if (result.changes.length === 0) return { kind: 'nothing', result };
      told = advice(ground.authority.view, result);
      return {
        kind: 'ask',
        ask: askFor(ground.authority.view),
        plan: async (drafts) => {
          assertValid(ground.authority.view, body);
          const id = drafts.authority.append(body, change.reason);
          return { ...NO_CHANGE, states: [], result: { ...result, id } };
        },
      };
    },
  });
  return { ...done, notes: [...done.notes, ...told] };
}

/** The whole repository: what binds everybody in one thread is not decided below it. */
function askFor({ repository }: AuthorityView): Ask {
  return { operation: 'policy:write', resources: [repository] };
}

async function previewPolicy(workspace: Workspace, change: PolicyChange): Promise<Mutated<PolicySet>> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const { body, result } = await planChange(workspace, ground, change);
  if (result.changes.length > 0) assertValid(authority.view, body);
  const refusal = await tellRefusal(workspace, askFor(authority.view));
  return { result, operation: null, outcomes: [], notes: [...refusal, ...advice(authority.view, result)] };
}

interface Planned {
  readonly body: Extract<AuthorityBody, { readonly kind: 'policy' }>;
  readonly result: PolicySet;
}

async function planChange(
  workspace: Workspace,
  { authority, caller, now }: Pick<Ground, 'authority' | 'caller' | 'now'>,
  { resource, rules, reason, dryRun }: PolicyChange,
): Promise<Planned> {
  const { view } = authority;
  const at = resource === null ? view.repository : formatResource(parseResource(resource));
  const before = view.policies.find((policy) => policy.resource === at)?.rules ?? NO_RULES;
  const body = { kind: 'policy' as const, resource: at, rules: { ...before, ...rules } };
  const next = applyRules(view, body, { id: view.head, by: caller.actor.principal, at: now });
  const result: PolicySet = {
    id: null,
    resource: at,
    dryRun,
    changes: ruleChanges(before, body.rules),
    effective: { ...effectivePolicy(next, at) },
    affected: await affectedTokens(workspace, { view, next, at, now, caller }),
    reason,
  };
  return { body, result };
}

function assertValid(view: AuthorityView, body: Planned['body']): void {
  const problem = policyProblem(view, body);
  if (problem === undefined) return;
  throw new HeddleError('POLICY_INVALID', `the policy cannot be set: ${problem}`, {
    facts: { resource: body.resource },
    preserved: 'nothing was changed',
  });
}

type Effect = Pick<PolicySetResult, 'resource' | 'effective' | 'changes'>;

function advice(view: AuthorityView, result: Effect): readonly string[] {
  return [...lockOut(view, result), ...waysAround(view, result), ...tradeOff(result)];
}

/** What a list that travels gives, and what it takes. */
function tradeOff({ changes }: Effect): readonly string[] {
  const change = changes.find(({ rule }) => rule === 'shunList');
  if (change?.after === 'travelling')
    return [
      'what is removed from now on is refused in every clone, and in exchange whoever reads the tombstones can test guesses of it, cheaply where few are likely',
    ];
  if (change?.before !== 'travelling') return [];
  return ['clones ask their own lists alone; digests that tombstones told already stay where they travelled'];
}

/** With one of these unguarded an owner ends the policy, is somebody else too, or makes somebody who agrees. */
const AROUND: readonly RequestOperation[] = ['grant:write', 'key:write', 'policy:write'];

/** Consent and waiting bind nobody who can take the rule away, or be all the people who must agree. */
function waysAround(view: AuthorityView, { resource, effective }: Effect): readonly string[] {
  const { guarded, quorum, wait, excluded } = effective;
  if (guarded === null || ((quorum ?? 1) <= 1 && wait === null && excluded === null)) return [];
  // These are asked of the whole repository.
  const whole = resource === view.repository ? guarded : effectivePolicy(view, view.repository).guarded;
  const open = AROUND.filter((operation) => whole?.includes(operation) !== true);
  if (open.length === 0) return [];
  return [`one owner alone can get around this: not guarded for ${view.repository} are ${open.join(', ')}`];
}

/** More people than there are could never agree, and whoever set it could not take it back. */
function lockOut(view: AuthorityView, { effective }: Pick<PolicySetResult, 'effective'>): readonly string[] {
  const { guarded, excluded } = effective;
  const owners = lastingOwners(view).length;
  const quorum = effective.quorum ?? 1;
  const apart = excluded === null ? '' : ' besides who asks';
  if (guarded === null || quorum + (excluded === null ? 0 : 1) <= owners) return [];
  const people = quorum === 1 ? '1 person is' : `${quorum} people are`;
  const has = `${owners} owner${owners === 1 ? '' : 's'}`;
  return [`${people} to agree${apart}, and the repository has ${has}`];
}
