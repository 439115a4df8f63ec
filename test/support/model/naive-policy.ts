import type { CasePolicy, DecisionCase } from './decision-case.ts';

/** What policies refuse, told again in the test's own words. */
export interface Breach {
  readonly code: string;
  readonly denied: readonly string[];
}

type Covers = (above: string, below: string) => boolean;

const ORDER = ['ATTRIBUTION_MISSING', 'POLICY_ACTOR', 'POLICY_LIFE', 'POLICY_DEPTH', 'ATTESTATION_MISSING'];
const WORK = ['thread:start', 'state:capture', 'thread:land', 'review'];
const REPOSITORY = 'acme/core';

/** Policies know no paths; what is not in the repository is under the repository's own. */
function applies({ at }: CasePolicy, resource: string, covers: Covers): boolean {
  const [place = ''] = resource.split(':');
  return covers(REPOSITORY, place) ? covers(at, place) : at === REPOSITORY;
}

/** The nearer a policy is, the later it is asked. */
function asked(wanted: DecisionCase, covers: Covers): readonly CasePolicy[] {
  const near = wanted.resources.flatMap((resource) =>
    wanted.policies
      .filter((policy) => applies(policy, resource, covers))
      .toSorted((a, b) => a.at.length - b.at.length),
  );
  return [...new Set(near)];
}

/** `actor`: provider and model, or nothing. `agents`: how many are in the chain. */
export function naiveBreach(
  wanted: DecisionCase,
  { actor, agents, covers }: { actor: readonly string[]; agents: number; covers: Covers },
): Breach | undefined {
  const found = asked(wanted, covers).flatMap((policy) => {
    const denied = wanted.resources.filter((resource) => applies(policy, resource, covers));
    return broken(wanted, policy, { actor, agents }).map((code) => ({ code, denied }));
  });
  const [first] = found.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
  if (first === undefined) return undefined;
  const others = wanted.resources.filter((each) => found.some(({ denied }) => denied.includes(each)));
  return { code: first.code, denied: [...new Set([...first.denied, ...others])] };
}

function broken(
  { operation, chain, continues }: DecisionCase,
  policy: CasePolicy,
  { actor, agents }: { readonly actor: readonly string[]; readonly agents: number },
): readonly string[] {
  const [provider, model] = actor;
  const work = WORK.includes(operation);
  const codes: string[] = [];
  if (work && agents > 0) {
    const { providers, models } = policy;
    const listed = providers !== null || models !== null;
    if (provider === undefined || model === undefined) {
      if (listed || policy.attribution === 'required') codes.push('ATTRIBUTION_MISSING');
    } else {
      if (providers !== null && !providers.includes(provider)) codes.push('POLICY_ACTOR');
      if (models !== null && !models.includes(model)) codes.push('POLICY_ACTOR');
    }
  }
  const ends = (chain.blocks[0]?.checks ?? []).flatMap((check) =>
    check.kind === 'time' ? [check.endsIn] : [],
  );
  if (policy.life !== null && Math.min(...ends) - chain.issuedIn > policy.life) codes.push('POLICY_LIFE');
  if (policy.depth !== null && agents > policy.depth) codes.push('POLICY_DEPTH');
  if (work && policy.attestation === 'required' && continues === 'unsigned')
    codes.push('ATTESTATION_MISSING');
  return codes;
}

/** Consent of others, and time, where nobody has asked for either. */
export function naiveGuard(wanted: DecisionCase, covers: Covers): Breach | undefined {
  const rules = (resource: string): readonly CasePolicy[] =>
    wanted.policies.filter((policy) => applies(policy, resource, covers));
  const denied = wanted.resources.filter((resource) =>
    rules(resource).some(({ guarded }) => guarded?.includes(wanted.operation) === true),
  );
  const strictest = (rule: 'quorum' | 'wait', least: number): number =>
    Math.max(least, ...denied.flatMap(rules).map((policy) => policy[rule] ?? least));
  if (denied.length === 0) return undefined;
  if (strictest('quorum', 1) > 1) return { code: 'QUORUM_MISSING', denied };
  return strictest('wait', 0) > 0 ? { code: 'TIMELOCK', denied } : undefined;
}
