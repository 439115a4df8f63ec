/**
 * The decision told again from the tables, in a few lines and without a line of the product: no resource parser, no
 * token blocks of the product's shape, no engine. Where it and `authorise()` differ, one of them is wrong.
 */

const LADDER = ['reader', 'developer', 'maintainer', 'admin', 'owner'];
const NEEDS: Readonly<Record<string, number>> = {
  'state:read': 0,
  'state:capture': 1,
  'thread:start': 1,
  review: 2,
  'redact:apply': 2,
  'grant:write': 3,
  'hook:remove': 3,
  'purge:apply': 4,
  'repo:unfreeze': 4,
};
const FLOOR = ['grant:write', 'purge:apply', 'repo:unfreeze'];
const FROZEN_READS = ['state:read'];
const FROZEN_OWNERS = ['redact:apply', 'purge:apply', 'repo:unfreeze'];

export const NAIVE_OPERATIONS = Object.keys(NEEDS);

export interface NaiveScope {
  readonly operations: readonly string[] | null;
  readonly resources: readonly string[] | null;
  readonly provider: string | null;
  readonly atMost: number | null;
  /** Hours from now, negative where it has passed. */
  readonly hours: number | null;
}

export interface NaiveCase {
  readonly operation: string;
  readonly resources: readonly string[];
  readonly grants: readonly {
    readonly who: 'dev' | 'owner' | 'other';
    readonly role: string;
    readonly at: string;
  }[];
  readonly who: 'dev' | 'owner';
  readonly sessionHours: number;
  readonly session: NaiveScope;
  readonly agents: readonly NaiveScope[];
  readonly provider: string | null;
  readonly registered: boolean;
  readonly sessionRevoked: boolean;
  readonly blockRevoked: number | null;
  readonly holderSigns: boolean;
  readonly unlocked: boolean;
  readonly frozen: boolean;
}

/** A resource as three lists of words. */
function parts(text: string): readonly (readonly string[])[] {
  const [head = '', path = ''] = text.split(':');
  const [repository = '', thread = ''] = head.split('@');
  return [repository, thread, path].map((part) => part.split('/').filter((word) => word !== ''));
}

export function naiveCovers(above: string, below: string): boolean {
  const [a, b] = [parts(above), parts(below)];
  const within = a.every((words, index) => words.every((word, place) => b[index]?.[place] === word));
  const narrow = (a[1]?.length ?? 0) + (a[2]?.length ?? 0) > 0;
  return within && (!narrow || a[0]?.length === b[0]?.length);
}

function rank(wanted: NaiveCase, who: string, resource: string): number {
  const held = wanted.grants.filter((grant) => grant.who === who && naiveCovers(grant.at, resource));
  return Math.max(-1, ...held.map((grant) => LADDER.indexOf(grant.role)));
}

function inScope(wanted: NaiveCase, scope: NaiveScope, resource: string): boolean {
  return (
    (scope.operations?.includes(wanted.operation) ?? true) &&
    (scope.resources?.some((above) => naiveCovers(above, resource)) ?? true) &&
    (scope.provider === null || scope.provider === wanted.provider) &&
    (scope.atMost === null || wanted.agents.length <= scope.atMost) &&
    (scope.hours === null || scope.hours >= 0)
  );
}

/** The gate that refuses and the refused resources, or `allow`. */
export function naiveDecision(
  wanted: NaiveCase,
  repository: string,
): { readonly stage: string; readonly denied: readonly string[] } {
  const all = wanted.resources;
  const need = NEEDS[wanted.operation] ?? 5;
  const bare = wanted.agents.length === 0;
  if (wanted.frozen && !FROZEN_READS.includes(wanted.operation)) {
    const owner = bare && wanted.registered && rank(wanted, wanted.who, repository) === 4;
    if (!owner || !FROZEN_OWNERS.includes(wanted.operation)) return { stage: 'freeze', denied: all };
  }
  const expired = wanted.sessionHours < 0 || (wanted.session.hours ?? 0) < 0;
  const cut = wanted.blockRevoked !== null && wanted.blockRevoked <= wanted.agents.length;
  if (!wanted.registered || wanted.sessionRevoked || cut || expired)
    return { stage: 'credential', denied: all };
  if (!wanted.holderSigns) return { stage: 'holder', denied: all };
  if (FLOOR.includes(wanted.operation) && (!bare || !wanted.unlocked)) return { stage: 'floor', denied: all };
  const outside = all.filter(
    (resource) => ![wanted.session, ...wanted.agents].every((scope) => inScope(wanted, scope, resource)),
  );
  const roleless = all.filter((resource) => rank(wanted, wanted.who, resource) < need);
  if (outside.length > 0) {
    return {
      stage: 'scope',
      denied: [...outside, ...roleless.filter((resource) => !outside.includes(resource))],
    };
  }
  return roleless.length > 0 ? { stage: 'role', denied: roleless } : { stage: 'allow', denied: [] };
}
