import type { AuthorityView } from '#domain/authority/authority.ts';
import { isUnderPolicy } from '#domain/decision/policy-facts.ts';
import { HeddleError } from '#domain/error.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { shortestLife } from '#domain/policy/life-limit.ts';
import {
  breachesOf,
  type BreachCode,
  type PolicyBreach,
  type PolicySubject,
} from '#domain/policy/policy-breach.ts';
import { tokenSubject } from '#domain/policy/token-subject.ts';
import { covers } from '#domain/resource/resource.ts';
import { formatDuration } from '#domain/time.ts';
import type { TokenBlock } from '#domain/token/token.ts';
import { effectiveScope } from '#domain/token/token-scope.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';

/** The longest life that policies allow a session here. */
export interface LifeLimit {
  /** Milliseconds. */
  readonly life: number;
  /** The policy that says so, for people. */
  readonly says: string;
}

/** The shortest life that a policy allows at the repository, or at one of these resources in it; null where none does. */
export async function lifeLimit(
  workspace: Workspace | null,
  resources: readonly string[] = [],
): Promise<LifeLimit | null> {
  const view = workspace === null ? undefined : (await tryLoadAuthority(workspace))?.view;
  if (view === undefined) return null;
  const inside = resources.filter((resource) => covers(view.repository, resource));
  const limit = shortestLife([view.repository, ...inside].flatMap((at) => policiesAt(view, at)));
  if (limit === undefined) return null;
  const { policy, life } = limit;
  return {
    life: life * 1000,
    says: `the policy at ${policy.resource} allows sessions of ${formatDuration(life)}`,
  };
}

/** A life in milliseconds: what was asked for, else the usual one, shortened to what is allowed; and whether it was. */
export function fittingLife(
  { asked, usual }: { readonly asked: number | null; readonly usual: number },
  limit: LifeLimit | null,
): { readonly life: number; readonly notes: readonly string[] } {
  if (asked !== null || limit === null || usual <= limit.life) return { life: asked ?? usual, notes: [] };
  return { life: limit.life, notes: [`it ends sooner than usual: ${limit.says}`] };
}

/** Refuses a life that was asked for and that a policy here does not allow: `TOKEN_AGAINST_POLICY`. */
export function assertLifeAllowed(asked: number | null, limit: LifeLimit | null): void {
  if (asked === null || limit === null || asked <= limit.life) return;
  throw new HeddleError('TOKEN_AGAINST_POLICY', `it would live too long: ${limit.says}`, {
    facts: { asked: formatDuration(Math.floor(asked / 1000)), allowed: formatDuration(limit.life / 1000) },
    preserved: 'no token was made',
  });
}

/** What makes a token useless whatever its holder says. */
const LASTING: readonly BreachCode[] = ['POLICY_ACTOR', 'POLICY_LIFE', 'POLICY_DEPTH'];

/**
 * Refuses a token with which something that it allows could be done nowhere in this repository. Throws
 * `TOKEN_AGAINST_POLICY`. A token for other places, or for reading, is none of its business.
 */
export function assertWithinPolicy(view: AuthorityView, blocks: readonly TokenBlock[]): void {
  assertNoBreach(view, blocks, LASTING);
}

/**
 * The same for the token of a run, whose program is told what it runs on by the run alone: where a policy asks for that
 * and nobody named it, all its work would be refused.
 */
export function assertRunWithinPolicy(view: AuthorityView, blocks: readonly TokenBlock[]): void {
  assertNoBreach(view, blocks, [...LASTING, 'ATTRIBUTION_MISSING']);
}

function assertNoBreach(
  view: AuthorityView,
  blocks: readonly TokenBlock[],
  codes: readonly BreachCode[],
): void {
  const [first] = blocks;
  if (view.policies.length === 0 || first?.kind !== 'authority') return;
  if (first.repo !== '*' && first.repo !== view.genesis) return;
  const { operations, resources } = effectiveScope(blocks);
  const places = resources.at(-1) ?? [view.repository];
  for (const operation of (operations ?? ['state:capture']).filter(isUnderPolicy)) {
    const breaches = places.map((at) => breachAt(view, tokenSubject(blocks, operation), { at, codes }));
    const found = breaches[0];
    if (found === undefined || breaches.some((breach) => breach === undefined)) continue;
    const { policy, message, code } = found;
    const advice = code === 'ATTRIBUTION_MISSING' ? { advice: 'name it with --provider and --model' } : {};
    throw new HeddleError('TOKEN_AGAINST_POLICY', `it could not be used here: ${message}`, {
      facts: { operation, policy: policy.id, at: policy.resource, by: policy.by, ...advice },
      preserved: 'no token was made',
    });
  }
}

function breachAt(
  view: AuthorityView,
  subject: PolicySubject,
  { at, codes }: { readonly at: string; readonly codes: readonly BreachCode[] },
): PolicyBreach | undefined {
  if (!covers(view.repository, at) && !covers(at, view.repository)) return undefined;
  return policiesAt(view, at)
    .flatMap((policy) => breachesOf(policy, subject))
    .find(({ code, mode }) => mode === 'required' && codes.includes(code));
}
