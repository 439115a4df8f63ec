import { describe, expect, it } from 'vitest';
import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import { AuthorityGraph } from '#domain/authority/fork/authority-graph.ts';
import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import { ROLES, satisfiesRole } from '#domain/authority/role.ts';
import type { AuthorityId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { addKey, keysOf, proofOf, replicaBody } from '../support/authority-chain.ts';
import { ForkWriter, idOf } from '../support/authority-forks.ts';
import { chainOf, NOW, OWNER, session } from '../support/decisions.ts';
import { fc } from '../support/seed.ts';

const PEOPLE = ['ann@example.com', 'bob@example.com', 'cat@example.com'];
const PLACES = [
  'acme',
  'acme/core',
  'acme/core@task',
  'acme/core@task/login',
  'acme/core:src',
  'acme/core@other',
];
const REPLICAS = 3;

interface Act {
  readonly replica: number;
  readonly who: number;
  readonly kind: number;
  readonly subject: number;
  readonly place: number;
  readonly role: number;
  /** Which of the things that could be taken away. */
  readonly which: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  replica: fc.nat(REPLICAS - 1),
  who: fc.nat(3),
  kind: fc.nat(11),
  subject: fc.nat(2),
  place: fc.nat(PLACES.length - 1),
  role: fc.nat(4),
  which: fc.nat(50),
});

function person(index: number): string {
  return PEOPLE[index] ?? OWNER;
}

let fresh = 0;

/** What an act would write on a view; undefined where there is nothing of the kind to do. */
function bodyOf(view: AuthorityView, { kind, subject, place, role, which }: Act): AuthorityBody | undefined {
  const principal = person(subject);
  const resource = PLACES[place] ?? 'acme/core';
  const live = findPrincipal(view, principal);
  fresh += 1;
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return {
        kind: 'grant',
        action: 'add',
        principal,
        role: ROLES[role] ?? 'reader',
        resource,
        until: null,
      };
    case 3:
    case 4: {
      const removable = view.grants.filter(({ id }) => id !== view.genesis);
      const grant = removable[which % Math.max(1, removable.length)];
      return grant && { kind: 'grant', action: 'remove', grant: grant.id, seen: [] };
    }
    case 5:
      return live && { kind: 'key', action: 'revoke', principal, root: live.keys.root, seen: [] };
    case 6: {
      // Sometimes the same keys as somebody else would register.
      const keys = keysOf(`${principal} ${which % 2 === 0 ? 'shared' : fresh}`);
      if (live === undefined) return addKey(principal, keys);
      return { kind: 'key', action: 'rotate', principal, keys, proof: proofOf(principal, keys) };
    }
    case 7:
      return live && { kind: 'revoke', session: nameOf(live.keys.root, which), block: null, seen: [] };
    case 8:
      return { kind: 'freeze', seen: [] };
    case 9:
      return { kind: 'unfreeze' };
    case 10: {
      const rules = { ...NO_RULES, depth: which % 3 === 0 ? null : which % 3 };
      const loose = which % 2 === 0 && resource === 'acme/core' ? LOOSE : {};
      return { kind: 'policy', resource, rules: { ...rules, ...loose } };
    }
    default:
      return replicaBody(`${fresh}`);
  }
}

/** Rules that let something pass. */
const LOOSE = { agents: 'any', branches: 'open', secrets: 'off', hooks: 'observe' } as const;

/** Each principal has two sessions for each of their keys. */
function nameOf(root: string, which: number): string {
  return `${root.slice(0, 16)} ${which % 2}`;
}

function chainFor(view: AuthorityView, principal: string, which: number) {
  const root = findPrincipal(view, principal)?.keys.root ?? keysOf(principal).root;
  const named = principal === OWNER ? {} : { session: nameOf(root, which) };
  return chainOf(session(principal, named), [], { root });
}

/** Replicas that work apart; each act is written where it is valid. */
function work(acts: readonly Act[], writer: ForkWriter, from: AuthorityId): AuthorityId[] {
  const heads = Array.from({ length: REPLICAS }, () => from);
  for (const one of acts) {
    const head = heads[one.replica] ?? from;
    const body = bodyOf(writer.view(head), one);
    const by = person(one.who);
    if (body === undefined) continue;
    // What two write at the same time in the same words is one record, and nobody is apart.
    const at = formatInstant(instantMilliseconds(NOW) + one.replica);
    const added = writer.after([head], body, { by, at, chain: chainFor(writer.view(head), by, one.which) });
    if (added.kind === 'view') heads[one.replica] = added.id;
  }
  return heads;
}

/** A repository with people who may do things. */
function settled(writer: ForkWriter): AuthorityId {
  let head = writer.genesis;
  for (const principal of PEOPLE) head = writer.write(head, addKey(principal));
  for (const [index, role] of (['admin', 'owner', 'developer'] as const).entries())
    head = writer.write(head, {
      kind: 'grant',
      action: 'add',
      principal: person(index),
      role,
      resource: 'acme/core',
      until: null,
    });
  return head;
}

function meaning({ head: _head, seq: _seq, ...view }: AuthorityView) {
  return view;
}

function joinAll(writer: ForkWriter, [first, ...others]: readonly AuthorityId[]): AuthorityId {
  if (first === undefined) throw new Error('nothing to join');
  return others.reduce((head, other) => {
    if (writer.graph.knows(head, other)) return head;
    return writer.graph.knows(other, head) ? other : idOf(writer.merge(head, other));
  }, first);
}

const runs = { numRuns: 150 };

describe('authority records of replicas that worked apart', () => {
  it('come to the same, however they are joined', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 24 }), (acts) => {
        const writer = new ForkWriter();
        const [a, b, c] = work(acts, writer, settled(writer));
        if (a === undefined || b === undefined || c === undefined) throw new Error('three replicas');
        const first = joinAll(writer, [a, b, c]);
        const wanted = meaning(writer.view(first));
        for (const order of [
          [b, c, a],
          [c, a, b],
          [b, a, c],
        ])
          expect(meaning(writer.view(joinAll(writer, order)))).toEqual(wanted);
      }),
      runs,
    );
  });

  it('come to the same, in whichever order they arrive', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 16 }),
        fc.array(act, { maxLength: 8 }),
        fc.infiniteStream(fc.nat(1000)),
        (acts, later, dice) => {
          const writer = new ForkWriter();
          const [a, b, c] = work(acts, writer, settled(writer));
          if (a === undefined || b === undefined || c === undefined) throw new Error('three replicas');
          const between = joinAll(writer, [b, c]);
          const more = work(later, writer, between);
          const head = joinAll(writer, [a, ...more]);
          const other = new AuthorityGraph(writer.verifier);
          const waiting = [...writer.entries];
          while (waiting.length > 0) {
            const at = (dice.next().value ?? 0) % waiting.length;
            const [entry] = waiting.splice(at, 1);
            if (entry === undefined) break;
            const isReady = entry.record.prev.every((id) => other.has(id));
            if (isReady) expect(other.add(entry).kind).toBe('view');
            else waiting.push(entry);
          }
          expect(other.view(head)).toEqual(writer.view(head));
        },
      ),
      runs,
    );
  });

  it('leave nobody’s keys to either side where both replaced them, and every side is told', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 16 }), fc.nat(1), (acts, whose) => {
        const writer = new ForkWriter();
        const principal = person(whose);
        const base = settled(writer);
        const [a, b] = work(acts, writer, base);
        if (a === undefined || b === undefined) throw new Error('two replicas');
        const rotated = [a, b].flatMap((head) => {
          const before = findPrincipal(writer.view(head), principal);
          if (before?.keys.root !== findPrincipal(writer.view(base), principal)?.keys.root) return [];
          fresh += 1;
          const keys = keysOf(`${principal} apart ${fresh}`);
          const proof = proofOf(principal, keys);
          const by = { by: principal, chain: chainFor(writer.view(head), principal, 0) };
          const added = writer.after([head], { kind: 'key', action: 'rotate', principal, keys, proof }, by);
          return added.kind === 'view' ? [added.id] : [];
        });
        fc.pre(rotated.length === 2);
        const joined = joinAll(writer, rotated);
        expect(findPrincipal(writer.view(joined), principal)).toBeUndefined();
        for (const side of rotated) expect(writer.graph.beatenSince(side, joined)).toContain(side);
        expect(writer.graph.beatenSince(joined, joined)).toEqual([]);
      }),
      runs,
    );
  });

  it('give nothing back that one side took away', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(act, { maxLength: 24 }), (acts) => {
        const writer = new ForkWriter();
        const base = settled(writer);
        const [a, b] = work(acts, writer, base);
        if (a === undefined || b === undefined) throw new Error('two replicas');
        const joined = writer.view(joinAll(writer, [a, b]));
        for (const side of [a, b]) taken += lost(writer.view(base), writer.view(side), joined);
      }),
      { ...runs, numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

/** Asserts that what a side lost since the fork stays lost; how much that was. */
function lost(base: AuthorityView, side: AuthorityView, joined: AuthorityView): number {
  let count = 0;
  for (const { keys, revoked, principal } of base.principals) {
    const onSide = side.principals.some((known) => known.keys.root === keys.root && !known.revoked);
    if (revoked || onSide) continue;
    count += 1;
    const back = joined.principals.find((known) => known.principal === principal && !known.revoked);
    // Whoever has keys again got them on this side, from somebody who knew.
    expect(back === undefined || findPrincipal(side, principal)?.keys.root === back.keys.root).toBe(true);
  }
  for (const principal of PEOPLE)
    for (const resource of PLACES) {
      const [before, then, now] = [base, side, joined].map((view) => heldAt(view, principal, resource, NOW));
      if (!before || (then && satisfiesRole(then.role, before.role))) continue;
      count += 1;
      expect(!now || (then && satisfiesRole(then.role, now.role))).toBe(true);
    }
  for (const session of side.revokedSessions) expect(joined.revokedSessions).toContain(session);
  if (side.frozen !== null) {
    count += 1;
    if (base.frozen === null) expect(joined.frozen).not.toBeNull();
  }
  const own = side.policies.filter((policy) => base.policies.every(({ id }) => id !== policy.id));
  for (const { resource, rules } of own) {
    count += 1;
    const now = effectivePolicy(joined, resource);
    if (rules.depth !== null) expect(now.depth).toBeLessThanOrEqual(rules.depth);
    if (rules.depth !== null) expect(now.depth).not.toBeNull();
    if (resource === joined.repository && rules.agents === null)
      expect(now).toMatchObject({ agents: null, branches: null, secrets: null, hooks: null });
  }
  return count;
}
