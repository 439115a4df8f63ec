import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthorityBody, AuthorityView, Grant } from '#domain/authority/authority.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { countedRevocations, isHitBy } from '#usecases/tombstones/late/revocations.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import {
  chainOf,
  DEV,
  EARLIER,
  OWNER,
  REPOSITORY,
  session as sessionOf,
  viewWith,
} from '../../../support/decisions.ts';
import { addKey, keysOf } from '../../../support/authority-chain.ts';
import { ForkWriter, idOf } from '../../../support/authority-forks.ts';

type ChainRecord = AuthorityHistory['records'][number];

const id = (fill: number): AuthorityId => formatId('hg', new Uint8Array(32).fill(fill));
const grant = (fill: number, change: Partial<Grant>): Grant => ({
  id: id(fill),
  principal: OWNER,
  role: 'owner',
  resource: REPOSITORY,
  by: OWNER,
  since: EARLIER,
  until: null,
  ...change,
});
const VIEW: AuthorityView = viewWith([], {
  grants: [grant(1, {}), grant(2, { principal: DEV, role: 'admin' })],
});
const base = {
  prev: [id(1)],
  consents: [],
  by: OWNER,
  under: { session: 'of the owner', blocks: ['block of the owner'] },
  ofOwnBlock: false,
} as const;
const ofKeys = (fill: number, change: Partial<ChainRecord> = {}): ChainRecord =>
  ({
    ...base,
    id: id(fill),
    kind: 'key',
    action: 'revoke',
    principal: 'lost@example.com',
    root: keysOf('lost@example.com').root,
    seen: [],
    ...change,
  }) as ChainRecord;
const ofSession = (fill: number, change: Partial<ChainRecord> = {}): ChainRecord =>
  ({ ...base, id: id(fill), kind: 'revoke', session: 's', block: null, seen: [], ...change }) as ChainRecord;

/** @param line ids that know all before them; what is not in it is apart from everything. */
function counted(
  records: readonly ChainRecord[],
  { view = VIEW, line = [] as readonly AuthorityId[] } = {},
): readonly AuthorityId[] {
  const history = {
    views: new Map([[id(1), view]]),
    newest: view,
    commits: new Map(),
    redacted: new Map(),
    records,
    knows: (one: AuthorityId, other: AuthorityId) =>
      one === other || (line.includes(other) && line.indexOf(other) < line.indexOf(one)),
    isBeaten: () => false,
  } satisfies AuthorityHistory;
  return countedRevocations(history).map((one) => one.id);
}

describe('a revocation by which tombstones may be late', () => {
  it('is by an owner of the repository, of keys, of a token or of a grant', () => {
    expect(counted([ofGrant(2)])).toEqual([id(5)]);
    expect(counted([ofKeys(2)])).toEqual([id(2)]);
    expect(counted([ofSession(2)])).toEqual([id(2)]);
  });

  it.each([
    ['an admin', ofKeys(2, { by: DEV })],
    ['whoever revokes their own keys', ofKeys(2, { by: 'lost@example.com' })],
    ['who stands above a block, and has no role for it', ofSession(2, { ofOwnBlock: true })],
  ])('is not by %s', (_who, record) => {
    expect(counted([record])).toEqual([]);
  });

  it('is not by an owner until a time, nor of a part, nor without live keys', () => {
    const until = { ...VIEW, grants: [grant(1, { until: EARLIER })] };
    expect(counted([ofKeys(2)], { view: until })).toEqual([]);
    const part = { ...VIEW, grants: [grant(1, { resource: `${REPOSITORY}:src` })] };
    expect(counted([ofKeys(2)], { view: part })).toEqual([]);
    const revoked = { ...VIEW, principals: VIEW.principals.map((one) => ({ ...one, revoked: true })) };
    expect(counted([ofKeys(2)], { view: revoked })).toEqual([]);
    expect(counted([ofKeys(2, { prev: [id(9)] })])).toEqual([]);
  });

  it('was made with knowledge of what took something from its author, or before that', () => {
    const lost = ofKeys(3, { by: 'other@example.com', principal: OWNER });
    const records = [ofKeys(2), lost];
    expect(counted(records)).toEqual([]);
    expect(counted(records, { line: [id(2), id(3)] })).toEqual([id(2)]);
    const removed = { ...ofGrant(1), id: id(3), by: DEV } as ChainRecord;
    expect(counted([ofKeys(2), removed])).toEqual([]);
    const another = { ...ofGrant(2), id: id(3) } as ChainRecord;
    expect(counted([ofKeys(2), another])).toEqual([id(2), id(3)]);
  });

  it.each([
    ['its session', { session: 'of the owner', block: null }],
    ['its block', { session: null, block: 'block of the owner' }],
  ])('was not made apart from a revocation of %s, whoever made that', (_what, of) => {
    for (const by of [OWNER, DEV]) {
      const taking = ofSession(3, { ...of, by, under: { session: 'another', blocks: [] } });
      expect(counted([ofKeys(2), taking])).not.toContain(id(2));
      expect(counted([ofKeys(2), taking], { line: [id(2), id(3)] })).toContain(id(2));
    }
  });

  it('is not contested by whoever takes back tokens of others', () => {
    expect(counted([ofKeys(2), ofSession(3, { by: DEV, ofOwnBlock: true })])).toEqual([id(2)]);
    expect(counted([ofKeys(2), ofSession(3)])).toEqual([id(2), id(3)]);
  });

  it('hits chains from its keys, its session, and with its block, and no others', () => {
    const chain = chainOf(sessionOf(DEV));
    const key = ofKeys(2, { root: chain.root });
    const session = ofSession(2, { session: chain.authority.session });
    const block = ofSession(2, { session: null, block: chain.revocationIds[0] ?? '' });
    const hit = (one: ChainRecord): boolean => hits(one, VIEW, chain);
    expect([key, session, block].map(hit)).toEqual([true, true, true]);
    expect([ofKeys(2), ofSession(2, { session: 'another' })].map(hit)).toEqual([false, false]);
  });

  it('hits who had no other grant for it, at any place', () => {
    const removed = ofGrant(2);
    const maintains = (...more: readonly Grant[]): AuthorityView => ({
      ...VIEW,
      grants: [grant(1, {}), grant(2, { principal: DEV, role: 'maintainer' }), ...more],
    });
    expect(hits(removed, maintains())).toBe(true);
    expect(hits(removed, maintains(grant(3, { principal: DEV, role: 'developer' })))).toBe(true);
    const elsewhere = grant(3, { principal: DEV, role: 'maintainer', resource: `${REPOSITORY}:src` });
    expect(hits(removed, maintains(elsewhere))).toBe(false);
    expect(hits(ofGrant(1), maintains())).toBe(false);
  });
});

function ofGrant(fill: number): ChainRecord {
  return { ...base, id: id(5), kind: 'grant', action: 'remove', grant: id(fill), seen: [] };
}

/** Whether it hits what dev made under a view. */
function hits(one: ChainRecord, view: AuthorityView, chain = chainOf(sessionOf(DEV))): boolean {
  const suspect = { chain, principal: DEV, policy: id(1), role: 'maintainer' } as const;
  return isHitBy({ views: new Map([[id(1), view]]) }, one as Parameters<typeof isHitBy>[1], suspect);
}

describe('a revocation by somebody whom a fork made an owner', () => {
  const [SECOND, PUPPET, VICTIM] = ['second@example.com', 'puppet@example.com', 'victim@example.com'];
  const own = (principal: string): AuthorityBody => ({
    kind: 'grant',
    action: 'add',
    principal,
    role: 'owner',
    resource: REPOSITORY,
    until: null,
  });
  const revoke = (principal: string): AuthorityBody => ({
    kind: 'key',
    action: 'revoke',
    principal,
    root: keysOf(principal).root,
    seen: [],
  });

  let forks: ForkWriter;
  let head: AuthorityId;
  beforeEach(() => {
    forks = new ForkWriter();
    head = forks.write(forks.genesis, addKey(SECOND));
    head = forks.write(head, addKey(VICTIM));
    head = forks.write(head, own(SECOND));
  });

  /** The revocations that count once two lines are joined. */
  function countedWith(one: AuthorityId, other: AuthorityId): readonly AuthorityId[] {
    const newest = idOf(forks.merge(one, other));
    const ids = forks.entries.map(({ attestation }) => attestation.subject as AuthorityId);
    return countedRevocations({
      views: new Map(ids.map((each) => [each, forks.view(each)])),
      newest: forks.view(newest),
      commits: new Map(),
      redacted: new Map(),
      records: forks.entries.map(({ record: { body, prev, by } }, index) => ({
        ...body,
        id: ids[index] ?? newest,
        prev,
        consents: [],
        by,
        under: forks.graph.signedUnder(ids[index] ?? newest),
        ofOwnBlock: false,
      })),
      knows: (a, b) => forks.graph.knows(a, b),
      isBeaten: (each) => forks.graph.isBeaten(each, newest),
    }).map((each) => each.id);
  }

  it.each([
    ['a new principal', [addKey(PUPPET), own(PUPPET)], PUPPET],
    ['somebody who is known', [own(DEV)], DEV],
  ])('counts for nothing where whoever did that had lost their keys: %s', (_who, records, author) => {
    const start = author === DEV ? forks.write(head, addKey(DEV)) : head;
    const truth = forks.write(start, revoke(SECOND));
    let fork = start;
    for (const body of records) fork = forks.write(fork, body, { by: SECOND });
    fork = forks.write(fork, revoke(VICTIM), { by: author });
    expect(countedWith(truth, fork)).toEqual([truth]);
  });

  it('counts where that holds', () => {
    const truth = forks.write(head, addKey(DEV));
    let fork = forks.write(head, addKey(PUPPET), { by: SECOND });
    fork = forks.write(fork, own(PUPPET), { by: SECOND });
    fork = forks.write(fork, revoke(VICTIM), { by: PUPPET });
    expect(countedWith(truth, fork)).toEqual([fork]);
  });
});
