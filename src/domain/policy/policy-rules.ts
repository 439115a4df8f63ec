import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import { coversResource, parseResource } from '#domain/resource/resource.ts';
import { asksNothing, type PolicyRules } from './policy.ts';

/** More would cost every decision of everybody. */
export const MOST_POLICIES = 256;

/** Rules that no thread has for itself. */
const WHOLE = [
  ['agents', 'whether agents may use a session'],
  ['breakGlass', 'who may freeze at once'],
  ['hooks', 'what hooks do'],
  ['remotes', 'where anything is pushed to'],
  ['shunList', 'what is told of removed content'],
] as const satisfies readonly (readonly [keyof PolicyRules, string])[];

/** What is wrong with a record of a policy, as a clause; undefined where nothing is. Says nothing of its author. */
export function policyProblem(
  { repository, policies }: Pick<AuthorityView, 'repository' | 'policies'>,
  { resource, rules }: Extract<AuthorityBody, { readonly kind: 'policy' }>,
): string | undefined {
  const at = parseResource(resource);
  if (!coversResource(parseResource(repository), at)) return 'its policy is of another repository';
  if (at.path.length > 0) return 'a policy is of the repository or of threads, not of paths';
  const whole = at.thread.length > 0 ? WHOLE.find(([rule]) => rules[rule] !== null) : undefined;
  if (whole !== undefined) return `${whole[1]} is said for the whole repository`;
  const others = policies.filter((policy) => policy.resource !== resource);
  if (asksNothing(rules)) {
    return others.length === policies.length ? 'there is no such policy to end' : undefined;
  }
  return others.length < MOST_POLICIES ? undefined : 'there are too many policies';
}
