import type { RequestOperation } from '#domain/authority/role.ts';
import type { StateId } from '#domain/id.ts';
import type { AttestationStatus } from '#domain/state/state.ts';
import { formatDuration } from '#domain/time.ts';
import type { Policy, PolicyMode, PolicyRules } from './policy.ts';

/** The codes of what a policy refuses, in the order in which they are told. */
export const BREACH_CODES = [
  'ATTRIBUTION_MISSING',
  'POLICY_ACTOR',
  'POLICY_LIFE',
  'POLICY_DEPTH',
  'ATTESTATION_MISSING',
] as const;
export type BreachCode = (typeof BREACH_CODES)[number];

/** A state that new work continues. */
export interface ContinuedState {
  readonly state: StateId;
  readonly attestation: AttestationStatus;
}

/** What of a request, or of a token that is to be made, a policy looks at. */
export interface PolicySubject {
  readonly operation: RequestOperation;
  /** Who acts for the principal; null where a person does. */
  readonly agent: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  /** Agents in the chain. */
  readonly depth: number;
  /** Seconds from the issue of the token to its end; null where that is not known. */
  readonly life: number | null;
  readonly continues: readonly ContinuedState[];
}

/** One rule of one policy that a request does not keep. */
export interface PolicyBreach {
  readonly code: BreachCode;
  readonly policy: Policy;
  readonly rule: keyof PolicyRules;
  /** `warn`: it is told, and refuses nothing. */
  readonly mode: PolicyMode;
  /** A clause. */
  readonly message: string;
}

/** Operations that make or take up work, of which it is asked who did it and on what. */
const ATTRIBUTED: readonly RequestOperation[] = ['thread:start', 'state:capture', 'thread:land', 'review'];

/**
 * What of a policy's rules a request does not keep. Says nothing of quorum and wait. Several policies add up by
 * being asked one after another: the strictest of each rule refuses.
 */
export function breachesOf(policy: Policy, subject: PolicySubject): readonly PolicyBreach[] {
  const work = ATTRIBUTED.includes(subject.operation);
  return [
    ...(work && subject.agent !== null ? actorBreaches(policy, subject, subject.agent) : []),
    ...lifeBreaches(policy, subject),
    ...depthBreaches(policy, subject),
    ...(work ? attestationBreaches(policy, subject) : []),
  ];
}

function actorBreaches(
  policy: Policy,
  { provider, model }: PolicySubject,
  agent: string,
): readonly PolicyBreach[] {
  const { attribution, providers, models } = policy.rules;
  if (provider === null || model === null) {
    const listed = providers === null ? 'models' : 'providers';
    const mode = providers === null && models === null ? attribution : 'required';
    if (mode === null) return [];
    const rule = attribution === mode ? 'attribution' : listed;
    const message = `${agent} does not say which provider and model it runs on, which ${policy.resource} asks for`;
    return [{ code: 'ATTRIBUTION_MISSING', policy, rule, mode, message }];
  }
  return [
    ...outside(policy, 'providers', { agent, name: provider }),
    ...outside(policy, 'models', { agent, name: model }),
  ];
}

function outside(
  policy: Policy,
  rule: 'providers' | 'models',
  { agent, name }: { readonly agent: string; readonly name: string },
): readonly PolicyBreach[] {
  const allowed = policy.rules[rule];
  if (allowed === null || allowed.includes(name)) return [];
  const message = `${agent} runs on ${name}, and only ${allowed.join(', ')} may be used at ${policy.resource}`;
  return [{ code: 'POLICY_ACTOR', policy, rule, mode: 'required', message }];
}

function lifeBreaches(policy: Policy, { life }: PolicySubject): readonly PolicyBreach[] {
  const most = policy.rules.life;
  if (most === null || life === null || life <= most) return [];
  const message = `the credential lives ${formatDuration(life)}, and at most ${formatDuration(most)} is allowed at ${policy.resource}`;
  return [{ code: 'POLICY_LIFE', policy, rule: 'life', mode: 'required', message }];
}

function depthBreaches(policy: Policy, { depth }: PolicySubject): readonly PolicyBreach[] {
  const most = policy.rules.depth;
  if (most === null || depth <= most) return [];
  const agents = depth === 1 ? '1 agent' : `${depth} agents`;
  const message = `the credential names ${agents}, and at most ${most} may be in a chain at ${policy.resource}`;
  return [{ code: 'POLICY_DEPTH', policy, rule: 'depth', mode: 'required', message }];
}

function attestationBreaches(policy: Policy, { continues }: PolicySubject): readonly PolicyBreach[] {
  const mode = policy.rules.attestation;
  if (mode === null) return [];
  return continues
    .filter(({ attestation }) => attestation !== 'verified')
    .map(({ state, attestation }) => {
      const how = attestation === 'unsigned' ? 'is not signed' : 'has a signature that does not verify';
      const message = `${state}, which this continues, ${how}, and ${policy.resource} asks for that`;
      return { code: 'ATTESTATION_MISSING', policy, rule: 'attestation', mode, message };
    });
}
