import { describe, expect, it } from 'vitest';
import type { AuthorityView, Grant } from '#domain/authority/authority.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { countedRevocations, isRevokedBy } from '#usecases/tombstones/late/revocations.ts';
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
import { keysOf } from '../../../support/authority-chain.ts';

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
const base = { prev: [id(1)], consents: [], by: OWNER, ofOwnBlock: false } as const;
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
  } satisfies AuthorityHistory;
  return countedRevocations(history).map((one) => one.id);
}

describe('a revocation by which tombstones may be late', () => {
  it('is by an owner of the repository, of keys or of a token', () => {
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
    const removed = { ...base, id: id(3), kind: 'grant', action: 'remove', grant: id(1), seen: [] } as const;
    expect(counted([ofKeys(2), removed])).toEqual([]);
    expect(counted([ofKeys(2), { ...removed, grant: id(2) }])).toEqual([id(2)]);
    // Whose session it was the record does not tell.
    expect(counted([ofKeys(2), ofSession(3, { by: DEV })])).toEqual([]);
    expect(counted([ofKeys(2), ofSession(3)])).toEqual([id(2), id(3)]);
  });

  it('hits chains from its keys, its session, and with its block, and no others', () => {
    const chain = chainOf(sessionOf(DEV));
    const key = ofKeys(2, { root: chain.root });
    const session = ofSession(2, { session: chain.authority.session });
    const block = ofSession(2, { session: null, block: chain.revocationIds[0] ?? '' });
    const hit = (one: ChainRecord): boolean => isRevokedBy(one as Parameters<typeof isRevokedBy>[0], chain);
    expect([key, session, block].map(hit)).toEqual([true, true, true]);
    expect([ofKeys(2), ofSession(2, { session: 'another' })].map(hit)).toEqual([false, false]);
  });
});
