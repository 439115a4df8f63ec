import { applyRecord } from '#domain/authority/apply-record.ts';
import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import { asksNothing, type Policy, type PolicyRules } from '#domain/policy/policy.ts';
import { inOrder, knows, type RecordNode } from './record-node.ts';

/**
 * What records come to that follow `base`, all of which know it. The order in which they are applied is theirs, whichever
 * arrived first.
 */
export function replay(
  base: AuthorityView,
  nodes: readonly RecordNode[],
  beaten: ReadonlySet<AuthorityId>,
): AuthorityView {
  const policies = joinedPolicies(base.policies, nodes, beaten);
  let view = base;
  for (const node of inOrder(nodes)) view = applyApart(view, node, beaten.has(node.id));
  return {
    ...view,
    principals: onceLive(view.principals),
    consents: [...new Set(view.consents)],
    policies,
  };
}

function applyApart(view: AuthorityView, { id, record }: RecordNode, isBeaten: boolean): AuthorityView {
  const { body } = record;
  const next = {
    ...view,
    head: id,
    seq: record.seq,
    consents: [...view.consents, ...(record.consents ?? [])],
  };
  if (isBeaten) return body.kind === 'key' ? { ...next, principals: withoutKeys(view, record) } : next;
  return isToldAlready(view, body) ? next : applyRecord(view, id, record);
}

/** Keys that were taken away stay taken, and those that were given are never given again. */
function withoutKeys(
  { principals }: AuthorityView,
  { body, at }: RecordNode['record'],
): AuthorityView['principals'] {
  if (body.kind !== 'key' || body.action === 'revoke') return principals;
  const { principal, keys } = body;
  const kept =
    body.action === 'add'
      ? principals
      : principals.map((known) => (known.principal === principal ? { ...known, revoked: true } : known));
  return [...kept, { principal, keys, since: at, revoked: true }];
}

/** What both sides said is said once; policies are joined by themselves. */
function isToldAlready(view: AuthorityView, body: AuthorityBody): boolean {
  switch (body.kind) {
    case 'key':
      return body.action !== 'revoke' && isLive(view, body);
    case 'replica':
      return view.replicas.some(({ replica }) => replica === body.replica);
    case 'freeze':
      return view.frozen !== null;
    default:
      return body.kind === 'policy';
  }
}

/** Keys that two registered apart are live where one of these counts. */
function onceLive(principals: AuthorityView['principals']): AuthorityView['principals'] {
  const live = new Set(principals.flatMap(({ revoked, keys }) => (revoked ? [] : [keys.root])));
  return principals.filter(({ revoked, keys }) => !revoked || !live.has(keys.root));
}

function isLive(
  { principals }: AuthorityView,
  { principal, keys }: Extract<AuthorityBody, { readonly kind: 'key'; readonly action: 'add' | 'rotate' }>,
): boolean {
  return principals.some(
    (known) => !known.revoked && known.principal === principal && known.keys.root === keys.root,
  );
}

/**
 * A policy replaces those at its resource that its author knew. A beaten one replaces nothing, and asks what it asks all
 * the same. Of several at one resource, what only loosens holds where all of them say it.
 */
function joinedPolicies(
  base: readonly Policy[],
  nodes: readonly RecordNode[],
  beaten: ReadonlySet<AuthorityId>,
): readonly Policy[] {
  const set = inOrder(nodes).flatMap((node) =>
    node.record.body.kind === 'policy' ? [{ node, body: node.record.body }] : [],
  );
  if (set.length === 0) return base;
  const ends = set.filter(({ node }) => !beaten.has(node.id));
  const kept = base.filter(({ resource }) => !ends.some(({ body }) => body.resource === resource));
  const added = set
    .filter(({ node, body }) => !asksNothing(body.rules) && !isReplaced(node, body.resource, ends))
    .map(({ node: { id, record }, body: { resource, rules } }): Policy => {
      const own = beaten.has(id) ? loosensNothing(rules) : rules;
      return { id, resource, rules: own, by: record.by, since: record.at };
    });
  return tightened([...kept, ...added], new Set(set.map(({ body }) => body.resource)));
}

type PolicyNode = {
  readonly node: RecordNode;
  readonly body: Extract<AuthorityBody, { readonly kind: 'policy' }>;
};

function isReplaced(node: RecordNode, resource: string, ends: readonly PolicyNode[]): boolean {
  return ends.some(
    (end) => end.node.id !== node.id && end.body.resource === resource && knows(end.node, node),
  );
}

/** Rules that let pass what is refused where nothing is said, all of them or by one of their values. */
type LooseningRule = 'agents' | 'breakGlass' | 'branches' | 'secrets' | 'hooks' | 'shunList';

/** The rules without what lets anything pass. */
function loosensNothing(rules: PolicyRules): PolicyRules {
  const { branches, secrets, hooks, shunList } = rules;
  return {
    ...rules,
    agents: null,
    breakGlass: null,
    branches: branches === 'landed' ? branches : null,
    secrets: secrets === 'refuse' ? secrets : null,
    hooks: hooks === 'enforce' ? hooks : null,
    shunList: shunList === 'local' ? shunList : null,
  };
}

function tightened(policies: readonly Policy[], touched: ReadonlySet<string>): readonly Policy[] {
  return policies.map((policy) => {
    if (!touched.has(policy.resource)) return policy;
    const there = policies.filter(({ resource }) => resource === policy.resource);
    const strict = loosensNothing(policy.rules);
    const held = <Rule extends LooseningRule>(rule: Rule): PolicyRules[Rule] =>
      there.every(({ rules }) => rules[rule] !== null) ? policy.rules[rule] : strict[rule];
    return {
      ...policy,
      rules: {
        ...policy.rules,
        agents: held('agents'),
        breakGlass: held('breakGlass'),
        branches: held('branches'),
        secrets: held('secrets'),
        hooks: held('hooks'),
        shunList: held('shunList'),
      },
    };
  });
}
