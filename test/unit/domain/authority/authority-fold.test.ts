import { beforeEach, describe, expect, it } from 'vitest';
import {
  appendAuthority,
  authorityError,
  foldAuthority,
  type FoldResult,
} from '#domain/authority/authority-fold.ts';
import { findPrincipal, heldAt, nearestHeld, whoMay } from '#domain/authority/authority-view.ts';
import { formatId } from '#domain/id.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { Role } from '#domain/authority/role.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import { MOST_POLICIES } from '#domain/policy/policy-rules.ts';
import {
  addKey,
  ChainWriter,
  GENESIS_BODY,
  keysOf,
  proofOf,
  replicaBody,
  signed,
} from '../../../support/authority-chain.ts';
import { chainOf, delegation, DEV, EARLIER, LATER, NOW, OWNER, session } from '../../../support/decisions.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';

const ADMIN = 'admin@example.com';
const DAWN = '2026-11-21T10:00:00.000Z' as typeof EARLIER;

function grant(principal: string, role: Role, resource = 'acme/core'): AuthorityBody {
  return { kind: 'grant', action: 'add', principal, role, resource, until: null };
}

function whyOf(result: FoldResult): string {
  return result.kind === 'view' ? 'valid' : result.violation.why;
}

let chain: ChainWriter;

beforeEach(() => {
  chain = new ChainWriter();
  for (const body of [addKey(DEV), addKey(ADMIN), grant(ADMIN, 'admin'), grant(DEV, 'developer')]) {
    expect(whyOf(chain.write(body))).toBe('valid');
  }
});

describe('a valid chain', () => {
  it('folds into a view of principals, grants and head', () => {
    const result = foldAuthority(chain.entries, chain.verifier);
    expect(result).toEqual({ kind: 'view', view: chain.view });
    const { view } = chain;
    expect(view?.seq).toBe(4);
    expect(view?.head).toBe(chain.entries[4]?.attestation.subject);
    expect(view?.genesis).toBe(chain.entries[0]?.attestation.subject);
    expect(view?.principals.map(({ principal }) => principal)).toEqual([OWNER, DEV, ADMIN]);
    expect(view === null ? null : heldAt(view, DEV, 'acme/core@t:x', NOW)).toMatchObject({
      role: 'developer',
      at: 'acme/core',
      by: OWNER,
    });
    expect(view === null ? [] : whoMay(view, 'admin', 'acme/core@t', NOW)).toEqual([OWNER, ADMIN]);
  });

  it('tells the highest role from the nearest grant', () => {
    chain.write(grant(DEV, 'reader', 'acme/core@task'));
    const { view } = chain;
    if (view === null) throw new Error('no view');
    expect(heldAt(view, DEV, 'acme/core@task:a', NOW)?.role).toBe('developer');
    expect(nearestHeld(view, DEV, 'acme/core@task:a', NOW)?.role).toBe('reader');
    expect(heldAt(view, 'nobody', 'acme/core', NOW)).toBeNull();
  });

  it('is empty only in error', () => {
    expect(whyOf(foldAuthority([], chain.verifier))).toBe('the chain is empty');
  });

  it('revoking, freezing, removing and registering clones show in the view', () => {
    const seen: readonly string[] = [];
    const granted = chain.view?.grants.find(({ principal }) => principal === DEV)?.id;
    if (granted === undefined) throw new Error('no grant');
    const remove: AuthorityBody = { kind: 'grant', action: 'remove', grant: granted, seen };
    for (const body of [
      remove,
      replicaBody('one'),
      { kind: 'revoke', session: 's', block: null, seen },
      { kind: 'revoke', session: null, block: 'ab'.repeat(64), seen },
      { kind: 'freeze', seen },
    ] satisfies readonly AuthorityBody[]) {
      expect(whyOf(chain.write(body))).toBe('valid');
    }
    expect(chain.view).toMatchObject({
      grants: [{ principal: OWNER }, { principal: ADMIN }],
      revokedSessions: ['s'],
      revokedBlocks: ['ab'.repeat(64)],
      frozen: { by: OWNER, since: NOW, breakGlass: false },
      replicas: [{ by: OWNER }],
    });
    expect(whyOf(chain.write({ kind: 'unfreeze' }))).toBe('valid');
    expect(chain.view?.frozen).toBeNull();
  });
});

describe('consent that a record names', () => {
  const request = formatId('hq', new Uint8Array(32).fill(7));
  const other = formatId('hq', new Uint8Array(32).fill(8));
  const by = (...consents: (typeof request)[]) => ({ record: { consents } });

  it('is used up by it for every record after it, of whatever kind', () => {
    expect(whyOf(chain.write(grant(DEV, 'reader'), by(request)))).toBe('valid');
    expect(chain.view?.consents).toEqual([request]);
    for (const body of [grant(DEV, 'reader'), { kind: 'freeze', seen: [] } satisfies AuthorityBody]) {
      expect(whyOf(chain.write(body, by(...[request, other].toSorted())))).toBe(
        `it uses up the consent to ${request}, which an earlier record used up`,
      );
    }
    expect(whyOf(chain.write(grant(DEV, 'reader'), by(other)))).toBe('valid');
    expect(chain.view?.consents).toEqual([request, other]);
  });
});

describe('a freeze as break-glass', () => {
  const freeze: AuthorityBody = { kind: 'freeze', seen: [], breakGlass: true };
  const allow = (breakGlass: 'maintainer' | null): AuthorityBody => ({
    kind: 'policy',
    resource: 'acme/core',
    rules: { ...NO_RULES, depth: 5, breakGlass },
  });

  it('is an owner’s, and a maintainer’s where a policy of the repository says so; only an owner ends it', () => {
    chain.write(grant(DEV, 'maintainer'));
    expect(whyOf(chain.write(freeze, { by: DEV }))).toBe('its author was not owner at acme/core');
    expect(whyOf(chain.write(allow('maintainer')))).toBe('valid');
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }, { by: DEV }))).toBe(
      'its author was not owner at acme/core',
    );
    expect(whyOf(chain.write(freeze, { by: DEV }))).toBe('valid');
    expect(chain.view?.frozen).toEqual({ by: DEV, since: NOW, breakGlass: true });
    expect(whyOf(chain.write({ kind: 'unfreeze' }, { by: DEV }))).not.toBe('valid');
    expect(whyOf(chain.write({ kind: 'unfreeze' }))).toBe('valid');
    chain.write(allow(null));
    expect(whyOf(chain.write(freeze, { by: DEV }))).toBe('its author was not owner at acme/core');
    expect(whyOf(chain.write(freeze))).toBe('valid');
  });

  it('is no maintainer’s of a part of the repository, nor by an agent of one', () => {
    chain.write(allow('maintainer'));
    chain.write(grant(DEV, 'maintainer', 'acme/core@task'));
    expect(whyOf(chain.write(freeze, { by: DEV }))).toBe('its author was not maintainer at acme/core');
    chain.write(grant(DEV, 'maintainer'));
    const agents = chainOf(session(DEV), [delegation('helper')]);
    expect(whyOf(chain.write(freeze, { by: DEV, chain: agents }))).toBe(
      'its chain is delegated or attenuated',
    );
  });
});

describe('the links of the chain', () => {
  it.each([
    ['another repository', { repo: fakeId() }, 'it belongs to another repository'],
    ['no repository', { repo: null }, 'it belongs to another repository'],
    ['a gap in the sequence', { seq: 7 }, 'it is out of sequence'],
    ['a repeated sequence', { seq: 4 }, 'it is out of sequence'],
    ['another predecessor', { prev: [fakeId()] }, 'it does not continue the chain'],
    ['no predecessor', { prev: [] }, 'it does not continue the chain'],
  ])('a record with %s is refused', (_, record, why) => {
    expect(whyOf(chain.write(grant(DEV, 'reader'), { record }))).toBe(why);
  });

  it('a fork or a merge is not folded', () => {
    const head = chain.view?.head;
    if (head === undefined) throw new Error('no head');
    expect(whyOf(chain.write(grant(DEV, 'reader'), { record: { prev: [head, fakeId()] } }))).toBe(
      'it does not continue the chain',
    );
  });

  it('a record left out, moved or changed breaks the fold at the place', () => {
    const { entries, verifier } = chain;
    const without = entries.filter((_, index) => index !== 2);
    expect(foldAuthority(without, verifier)).toMatchObject({ kind: 'violation', violation: { seq: 3 } });
    const swapped = [entries[0], entries[2], entries[1]].flatMap((entry) => entry ?? []);
    expect(foldAuthority(swapped, verifier)).toMatchObject({ kind: 'violation', violation: { seq: 2 } });
    const changed = entries.map((entry, index) =>
      index === 3 ? { ...entry, record: { ...entry.record, body: grant(DEV, 'owner') } } : entry,
    );
    expect(whyOf(foldAuthority(changed, verifier))).toBe('its attestation is about something else');
  });

  it('a signature by another key, or none, is refused', () => {
    const entry = chain.make(grant(DEV, 'reader'));
    const flipped = entry.attestation.sig.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    expect(whyOf(chain.append({ ...entry, attestation: { ...entry.attestation, sig: flipped } }))).toBe(
      'its signature does not verify',
    );
    const attestation = { ...entry.attestation, holder: fakeKey('other') };
    expect(whyOf(chain.append({ ...entry, attestation }))).toBe('its attestation is by another key');
  });

  it('the violation becomes an error that names the record and no key', () => {
    const result = chain.write(grant(DEV, 'reader'), { by: DEV });
    if (result.kind === 'view') throw new Error('expected a violation');
    const error = authorityError(result.violation);
    expect(error.code).toBe('AUTHORITY_INVALID');
    expect(error.facts).toMatchObject({ seq: 5, by: DEV, why: 'its author was not admin at acme/core' });
  });
});

describe('the genesis', () => {
  const other = { principal: DEV, ...keysOf(DEV) };
  const [owner] = GENESIS_BODY.owners;
  if (owner === undefined) throw new Error('no owner');

  it.each([
    ['is another kind of record', grant(DEV, 'reader'), {}, 'the chain does not begin with a genesis'],
    ['names a repository', GENESIS_BODY, { repo: fakeId() }, 'a genesis has nothing before it'],
    ['has a predecessor', GENESIS_BODY, { prev: [fakeId()] }, 'a genesis has nothing before it'],
    ['is by somebody else', GENESIS_BODY, { by: DEV }, "it is not signed by its first owner's record key"],
    [
      'is signed by the root key',
      GENESIS_BODY,
      { holder: keysOf(OWNER).root },
      "it is not signed by its first owner's record key",
    ],
    ['has no owner', { ...GENESIS_BODY, owners: [] }, {}, "it is not signed by its first owner's record key"],
    [
      'names an owner twice',
      { ...GENESIS_BODY, owners: [owner, { ...other, principal: OWNER }] },
      {},
      'it names an owner twice',
    ],
    [
      'names a key twice',
      { ...GENESIS_BODY, owners: [owner, { ...other, root: owner.root }] },
      {},
      'it names a key twice',
    ],
    [
      'uses one key for both',
      { ...GENESIS_BODY, owners: [{ ...owner, root: owner.record }] },
      {},
      'it names a key twice',
    ],
    [
      'is about a thread',
      { ...GENESIS_BODY, resource: 'acme/core@t' },
      {},
      'its resource is not a repository',
    ],
    ['has a bad nonce', { ...GENESIS_BODY, nonce: 'short' }, {}, 'authority record has no proper nonce'],
  ] as const)('is refused where it %s', (_, body, record, why) => {
    const first = chain.entries[0]?.record;
    if (first === undefined) throw new Error('no genesis');
    const entry = signed({ ...first, body, ...record });
    expect(whyOf(foldAuthority([entry], chain.verifier))).toBe(why);
  });

  it('cannot come twice', () => {
    expect(whyOf(chain.write(GENESIS_BODY))).toBe('it is a second genesis');
  });
});

describe('the author of a record', () => {
  const body = replicaBody('x');

  it('must be registered', () => {
    expect(whyOf(chain.write(body, { by: 'stranger' }))).toBe('its author has no live keys');
  });

  it.each([
    ['is missing', { chain: null }, 'it has no token chain'],
    [
      'begins at another root key',
      { chain: chainOf(session(DEV), [], { root: fakeKey('x') }) },
      'its token chain is missing or not readable',
    ],
    ['is somebody else’s', { chain: chainOf(session(OWNER)) }, 'its token chain is missing or not readable'],
    [
      'names another principal',
      { chain: chainOf(session(OWNER), [], { root: keysOf(DEV).root }) },
      'its chain is of another principal',
    ],
    ['has another holder', { record: { holder: fakeKey('x') } }, "it is not signed by its chain's holder"],
    [
      'is for another repository',
      { chain: chainOf(session(DEV, { repo: fakeId() })) },
      'its chain is for another repository',
    ],
    [
      'had expired',
      { chain: chainOf(session(DEV, { checks: [{ kind: 'time', notAfter: EARLIER }] })) },
      'its chain had expired',
    ],
    [
      'has an expired delegation',
      { chain: chainOf(session(DEV), [delegation('w', [{ kind: 'time', notAfter: EARLIER }])]) },
      'its chain had expired',
    ],
    ['has no end', { chain: chainOf(session(DEV, { checks: [] })) }, 'its chain has no end'],
    ['was issued later', { chain: chainOf(session(DEV, { issued: LATER })) }, 'its chain was issued later'],
    ['is not sealed', { chain: chainOf(session(DEV), [], { sealed: false }) }, 'its chain is not sealed'],
    [
      'is a proof of possession',
      { chain: chainOf(session(DEV, { session: 'key-proof' })) },
      'its chain is a proof of possession',
    ],
  ] as const)('is refused where the chain %s', (_, options, why) => {
    expect(whyOf(chain.write(body, { by: DEV, ...options }))).toBe(why);
  });

  it('may not show another chain than the record names', () => {
    const lying = { ...chain.verifier, readChain: () => chainOf(session(DEV, { session: 'other' })) };
    const entry = chain.make(body, { by: DEV });
    expect(whyOf(foldAuthority([...chain.entries, entry], lying))).toBe('its token chain is another one');
  });

  it('may not show a chain under another root key, whatever the reader let through', () => {
    const foreign = chainOf(session(DEV), [], { root: fakeKey('x') });
    const entry = chain.make(body, { by: DEV, chain: foreign });
    const lenient = { ...chain.verifier, readChain: () => foreign };
    expect(whyOf(appendAuthority(chain.view, entry, lenient))).toBe(
      "its chain does not begin at its author's root key",
    );
  });

  it('may not use a revoked session or block, nor a revoked root key', () => {
    const worker = chainOf(session(DEV), [delegation('w')]);
    const sibling = chainOf(session(DEV), [delegation('v')]);
    chain.write({ kind: 'revoke', session: null, block: worker.revocationIds[1] ?? '', seen: [] });
    expect(whyOf(chain.write(body, { by: DEV, chain: worker }))).toBe('its chain was revoked');
    expect(whyOf(chain.write(body, { by: DEV, chain: sibling }))).toBe('valid');
    chain.write({ kind: 'revoke', session: session(DEV).session, block: null, seen: [] });
    expect(whyOf(chain.write(replicaBody('y'), { by: DEV }))).toBe('its session was revoked');
    chain.write({ kind: 'key', action: 'revoke', principal: DEV, root: keysOf(DEV).root, seen: [] });
    expect(whyOf(chain.write(replicaBody('z'), { by: DEV }))).toBe('its author has no live keys');
  });

  it('may be an agent for a clone’s key and for nothing else', () => {
    const agent = chainOf(session(OWNER), [delegation('w')]);
    const attenuated = chainOf(session(OWNER), [{ kind: 'attenuation', checks: [] }]);
    expect(whyOf(chain.write(body, { chain: agent }))).toBe('valid');
    const others: readonly AuthorityBody[] = [
      grant(DEV, 'reader'),
      addKey('new@example.com'),
      { kind: 'freeze', seen: [] },
      { kind: 'revoke', session: 's', block: null, seen: [] },
    ];
    for (const other of others) {
      for (const delegated of [agent, attenuated]) {
        expect(whyOf(chain.write(other, { chain: delegated }))).toBe('its chain is delegated or attenuated');
      }
    }
  });

  it('may not use a session that is narrower than the record', () => {
    const narrow = chainOf(
      session(OWNER, {
        checks: [
          { kind: 'time', notAfter: LATER },
          { kind: 'operation', anyOf: ['key:write'] },
        ],
      }),
    );
    expect(whyOf(chain.write(grant(DEV, 'reader'), { chain: narrow }))).toBe('its chain is too narrow');
    expect(whyOf(chain.write(addKey('new@example.com'), { chain: narrow }))).toBe('valid');
    const elsewhere = chainOf(
      session(OWNER, {
        checks: [
          { kind: 'time', notAfter: LATER },
          { kind: 'resource', anyOf: ['acme/core@t'] },
        ],
      }),
    );
    expect(whyOf(chain.write(grant(DEV, 'reader', 'acme/core@t:x'), { chain: elsewhere }))).toBe('valid');
    expect(whyOf(chain.write(grant(DEV, 'reader'), { chain: elsewhere }))).toBe('its chain is too narrow');
  });
});

describe('grants', () => {
  it.each([
    [OWNER, 'owner', 'acme/core', 'valid'],
    [ADMIN, 'admin', 'acme/core@t:x', 'valid'],
    [ADMIN, 'owner', 'acme/core', 'its author was not owner at acme/core'],
    [ADMIN, 'reader', 'acme', 'its author was not admin at acme'],
    [OWNER, 'reader', 'acme/core-evil', 'its author was not admin at acme/core-evil'],
    [DEV, 'reader', 'acme/core', 'its author was not admin at acme/core'],
  ] as const)('by %s of %s at %s: %s', (by, role, resource, why) => {
    expect(whyOf(chain.write(grant('new@example.com', role, resource), { by }))).toBe(why);
  });

  it('an admin below may grant there and not above', () => {
    chain.write(grant(DEV, 'admin', 'acme/core@task'));
    expect(whyOf(chain.write(grant('x', 'developer', 'acme/core@task:src'), { by: DEV }))).toBe('valid');
    expect(whyOf(chain.write(grant('x', 'developer', 'acme/core'), { by: DEV }))).toBe(
      'its author was not admin at acme/core',
    );
  });

  it('are judged by what was held before, not by what they give', () => {
    expect(whyOf(chain.write(grant(DEV, 'admin'), { by: DEV }))).toBe(
      'its author was not admin at acme/core',
    );
  });

  it('end after they begin, and what has ended gives nothing', () => {
    const body: AuthorityBody = {
      kind: 'grant',
      action: 'add',
      principal: DEV,
      role: 'admin',
      resource: 'acme/core',
      until: NOW,
    };
    expect(whyOf(chain.write(body))).toBe('the grant ends before it begins');
    expect(whyOf(chain.write(body, { at: EARLIER }))).toBe('valid');
    expect(whyOf(chain.write(grant('x', 'reader'), { by: DEV }))).toBe(
      'its author was not admin at acme/core',
    );
  });

  it('are removed only by who could have given them', () => {
    chain.write(grant('second@example.com', 'owner'));
    const { head } = chain.view ?? {};
    if (head === undefined) throw new Error('no head');
    const remove: AuthorityBody = { kind: 'grant', action: 'remove', grant: head, seen: [] };
    expect(whyOf(chain.write(remove, { by: ADMIN }))).toBe('its author was not owner at acme/core');
    expect(whyOf(chain.write(remove))).toBe('valid');
    expect(whyOf(chain.write(remove))).toBe('there is no such grant');
    const genesis = chain.view?.genesis ?? head;
    expect(whyOf(chain.write({ ...remove, grant: genesis }))).toBe(
      'an owner of the genesis is not removed as a grant',
    );
  });
});

describe('keys', () => {
  const NEW = 'new@example.com';

  it('are added by an admin, once, with proof', () => {
    expect(whyOf(chain.write(addKey(NEW), { by: DEV }))).toBe('its author was not admin at acme/core');
    expect(whyOf(chain.write(addKey(NEW), { by: ADMIN }))).toBe('valid');
    expect(whyOf(chain.write(addKey(NEW, { root: fakeKey('a'), record: fakeKey('b') }), { by: ADMIN }))).toBe(
      'the principal is registered already',
    );
    expect(chain.view === null ? undefined : findPrincipal(chain.view, NEW)?.keys).toEqual(keysOf(NEW));
  });

  it('are added for somebody with a high role only by somebody as high', () => {
    chain.write(grant(NEW, 'owner', 'acme/core@t'));
    expect(whyOf(chain.write(addKey(NEW), { by: ADMIN }))).toBe('its author was not owner at acme/core');
    expect(whyOf(chain.write(addKey(NEW)))).toBe('valid');
  });

  it('are new ones: no key is registered twice, in whatever part', () => {
    const { root, record } = keysOf(DEV);
    const fresh = keysOf(NEW);
    for (const keys of [
      { root, record },
      { ...fresh, root },
      { ...fresh, record: root },
      { ...fresh, record },
    ]) {
      expect(whyOf(chain.write(addKey(NEW, keys)))).toBe('a key was registered before');
    }
  });

  it('cannot be kept out by naming somebody’s key a clone’s', () => {
    const { record } = keysOf(NEW);
    expect(whyOf(chain.write(replicaBody('squat', record), { by: DEV }))).toBe('valid');
    expect(whyOf(chain.write(addKey(NEW)))).toBe('valid');
  });

  it.each([
    [
      'no proof of the record key',
      { recordProof: proofOf('other', keysOf(NEW)).recordProof },
      'the record key does not prove itself',
    ],
    ['a broken proof', { recordProof: 'x' }, 'the record key does not prove itself'],
    [
      'another principal’s root proof',
      { rootProof: proofOf('other', keysOf(NEW)).rootProof },
      'the root key does not prove itself',
    ],
    [
      'a root proof by another key',
      { rootProof: proofOf(NEW, keysOf(DEV)).rootProof },
      'the root key does not prove itself',
    ],
    [
      'a living token as proof',
      { rootProof: proofOf(NEW, keysOf(NEW), { checks: [{ kind: 'time', notAfter: LATER }] }).rootProof },
      'the root key does not prove itself',
    ],
    [
      'a session as proof',
      { rootProof: proofOf(NEW, keysOf(NEW), { session: 's' }).rootProof },
      'the root key does not prove itself',
    ],
    [
      'a proof held by another key',
      { rootProof: proofOf(NEW, keysOf(NEW), { holder: fakeKey('x') }).rootProof },
      'the root key does not prove itself',
    ],
    [
      'a proof without an end',
      { rootProof: proofOf(NEW, keysOf(NEW), { checks: [] }).rootProof },
      'the root key does not prove itself',
    ],
    ['a root proof that is no token', { rootProof: '' }, 'the root key does not prove itself'],
  ])('with %s are refused', (_, change, why) => {
    const keys = keysOf(NEW);
    const body: AuthorityBody = {
      kind: 'key',
      action: 'add',
      principal: NEW,
      keys,
      proof: { ...proofOf(NEW, keys), ...change },
    };
    expect(whyOf(chain.write(body))).toBe(why);
  });

  it('are rotated by their principal’s record key, or by an admin as high', () => {
    const next = { root: fakeKey('next root'), record: fakeKey('next record') };
    const rotate: AuthorityBody = {
      kind: 'key',
      action: 'rotate',
      principal: DEV,
      keys: next,
      proof: proofOf(DEV, next),
    };
    const own = { by: DEV, chain: null } as const;
    expect(whyOf(chain.write(rotate, { ...own, record: { holder: fakeKey('x') } }))).toBe(
      "it is not signed by its author's record key",
    );
    expect(whyOf(chain.write({ ...rotate, principal: ADMIN }, own))).toBe('it has no token chain');
    expect(whyOf(chain.write(rotate, own))).toBe('valid');
    expect(whyOf(chain.write(replicaBody('r'), { by: DEV }))).toBe(
      'its token chain is missing or not readable',
    );
    const fresh = chainOf(session(DEV), [], { root: next.root });
    expect(whyOf(chain.write(replicaBody('r'), { by: DEV, chain: fresh }))).toBe('valid');
    const back = { ...rotate, keys: keysOf(DEV), proof: proofOf(DEV, keysOf(DEV)) };
    expect(whyOf(chain.write(back))).toBe('a key was registered before');
    const others = { root: fakeKey('third'), record: fakeKey('third record') };
    const owners: AuthorityBody = {
      ...rotate,
      principal: OWNER,
      keys: others,
      proof: proofOf(OWNER, others),
    };
    expect(whyOf(chain.write(owners, { by: ADMIN }))).toBe('its author was not owner at acme/core');
  });

  it('the record key writes nothing but its principal’s own key changes', () => {
    for (const body of [
      grant(DEV, 'reader'),
      addKey(NEW),
      replicaBody('x'),
      { kind: 'freeze', seen: [] } as const,
    ]) {
      expect(whyOf(chain.write(body, { chain: null }))).toBe('it has no token chain');
    }
  });

  it('are revoked one by one, by name', () => {
    const revoke: AuthorityBody = {
      kind: 'key',
      action: 'revoke',
      principal: DEV,
      root: keysOf(DEV).root,
      seen: [],
    };
    expect(whyOf(chain.write({ ...revoke, root: fakeKey('x') }))).toBe(
      "it revokes a key that is not the principal's",
    );
    expect(whyOf(chain.write(revoke, { by: DEV, chain: null }))).toBe('valid');
    expect(whyOf(chain.write(revoke))).toBe("it revokes a key that is not the principal's");
    expect(chain.view?.principals.find(({ principal }) => principal === DEV)?.revoked).toBe(true);
  });
});

describe('clones', () => {
  it('are named by the hash of their key, once', () => {
    const body = replicaBody('one');
    expect(whyOf(chain.write({ ...body, replica: replicaBody('two').replica }, { by: DEV }))).toBe(
      'the replica is not the hash of its key',
    );
    expect(whyOf(chain.write(body, { by: DEV }))).toBe('valid');
    expect(whyOf(chain.write(body))).toBe('the replica is registered already');
  });
});

describe('revocations', () => {
  it('of a session by its name are an admin’s: anybody may copy a name', () => {
    const own: AuthorityBody = { kind: 'revoke', session: session(DEV).session, block: null, seen: [] };
    expect(whyOf(chain.write(own, { by: DEV }))).toBe('its author was not admin at acme/core');
    expect(whyOf(chain.write(own, { by: ADMIN }))).toBe('valid');
    expect(whyOf(chain.write({ ...own, block: 'ab'.repeat(64) }))).toMatch(
      /not just one of session and block/,
    );
  });

  const mine = chainOf(session(DEV));
  const worker = chainOf(session(DEV), [delegation('w')]);
  const inner = chainOf(session(DEV), [delegation('w'), delegation('x')]);
  const of = (chain: typeof worker, at: number): AuthorityBody => ({
    kind: 'revoke',
    session: null,
    block: chain.revocationIds[at] ?? '',
    seen: [],
  });

  it('of a block are whoever’s acts under it, and of what was shown to be made from it', () => {
    const refused = 'its chain is delegated or attenuated';
    expect(whyOf(chain.write(of(inner, 2), { by: DEV, chain: worker }))).toBe(refused);
    expect(whyOf(chain.write(of(worker, 1), { by: DEV }))).toBe('its author was not admin at acme/core');
    chain.shown.push(inner);
    expect(whyOf(chain.write(of(worker, 0), { by: DEV, chain: worker }))).toBe(refused);
    expect(whyOf(chain.write(of(worker, 1), { by: DEV, chain: inner }))).toBe(refused);
    expect(whyOf(chain.write(of(inner, 2), { by: DEV, chain: worker }))).toBe('valid');
    expect(whyOf(chain.write(of(inner, 2), { by: DEV, chain: inner }))).toBe('its chain was revoked');
    expect(whyOf(chain.write(of(worker, 1), { by: DEV, chain: worker }))).toBe('valid');
    expect(whyOf(chain.write(of(mine, 0), { by: DEV }))).toBe('valid');
  });

  it('of one’s own blocks need somebody in person, not a session that was narrowed', () => {
    const other = chainOf(session(DEV, { session: 'other' }));
    chain.shown.push(other);
    const narrow = chainOf(
      session(DEV, {
        session: 'narrow',
        checks: [...session(DEV).checks, { kind: 'operation', anyOf: ['state:capture'] }],
      }),
    );
    expect(whyOf(chain.write(of(other, 0), { by: DEV, chain: narrow }))).not.toBe('valid');
    expect(whyOf(chain.write(of(other, 0), { by: DEV }))).toBe('valid');
    const owners = chainOf(session(OWNER));
    chain.shown.push(owners);
    expect(whyOf(chain.write(of(owners, 0), { by: DEV, chain: mine }))).toBe(
      'its author was not admin at acme/core',
    );
  });
});

describe('a freeze', () => {
  beforeEach(() => {
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }, { by: ADMIN }))).toBe(
      'its author was not owner at acme/core',
    );
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }))).toBe('valid');
  });

  it('lets owners revoke, rotate and unfreeze, and nobody anything else', () => {
    const revoke: AuthorityBody = { kind: 'revoke', session: 's', block: null, seen: [] };
    for (const body of [grant(DEV, 'reader'), addKey('new@example.com'), replicaBody('d'), revoke]) {
      expect(whyOf(chain.write(body, { by: ADMIN }))).toBe('the repository is frozen');
    }
    expect(whyOf(chain.write(grant(DEV, 'reader')))).toBe('the repository is frozen');
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }))).toBe('the repository is frozen already');
    expect(whyOf(chain.write(revoke))).toBe('valid');
    expect(whyOf(chain.write({ kind: 'unfreeze' }, { by: ADMIN }))).toBe('the repository is frozen');
    expect(whyOf(chain.write({ kind: 'unfreeze' }))).toBe('valid');
    expect(whyOf(chain.write({ kind: 'unfreeze' }))).toBe('the repository is not frozen');
  });
});

describe('a policy', () => {
  const at = (resource: string, rules: Partial<PolicyRules> = { life: 60 }): AuthorityBody => ({
    kind: 'policy',
    resource,
    rules: { ...NO_RULES, ...rules },
  });

  it('is in force where it was set, until another takes its place or none does', () => {
    expect(whyOf(chain.write(at('acme/core', { life: 60 })))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core@t', { depth: 0 }), { at: LATER }))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core', { life: 90 })))).toBe('valid');
    expect(chain.view?.policies).toEqual([
      { id: idAt(6), resource: 'acme/core@t', rules: { ...NO_RULES, depth: 0 }, by: OWNER, since: LATER },
      { id: idAt(7), resource: 'acme/core', rules: { ...NO_RULES, life: 90 }, by: OWNER, since: NOW },
    ]);
    expect(whyOf(chain.write(at('acme/core@t', {})))).toBe('valid');
    expect(chain.view?.policies.map(({ resource }) => resource)).toEqual(['acme/core']);
    expect(whyOf(chain.write(at('acme/core@t', {})))).toBe('there is no such policy to end');
  });

  it.each([
    ['acme', 'its policy is of another repository'],
    ['acme/core-evil', 'its policy is of another repository'],
    ['acme/core:src', 'a policy is of the repository or of threads, not of paths'],
    ['acme/core@t:src', 'a policy is of the repository or of threads, not of paths'],
  ])('at %s is refused', (resource, why) => {
    expect(whyOf(chain.write(at(resource)))).toBe(why);
  });

  it('says how agents are met for the whole repository alone', () => {
    expect(whyOf(chain.write(at('acme/core@t', { agents: 'any' })))).toBe(
      'whether agents may use a session is said for the whole repository',
    );
    expect(whyOf(chain.write(at('acme/core', { agents: 'any' })))).toBe('valid');
  });

  it('is set by owners of the repository in person, and by nobody while it is frozen', () => {
    expect(whyOf(chain.write(at('acme/core@t'), { by: ADMIN }))).toBe(
      'its author was not owner at acme/core',
    );
    expect(whyOf(chain.write(grant(DEV, 'owner', 'acme/core@t')))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core@t'), { by: DEV }))).toBe('its author was not owner at acme/core');
    const agent = chainOf(session(OWNER), [delegation('worker')]);
    expect(whyOf(chain.write(at('acme/core'), { chain: agent }))).toBe(
      'its chain is delegated or attenuated',
    );
    const narrow = chainOf(
      session(OWNER, { checks: [...session(OWNER).checks, { kind: 'operation', anyOf: ['grant:write'] }] }),
    );
    expect(whyOf(chain.write(at('acme/core'), { chain: narrow }))).toBe('its chain is too narrow');
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core')))).toBe('the repository is frozen');
    expect(whyOf(chain.write({ kind: 'unfreeze' }))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core')))).toBe('valid');
  });

  it('binds records too: a session that lives too long writes none but of policies', () => {
    const hour = chainOf(session(OWNER, { issued: NOW, checks: [{ kind: 'time', notAfter: LATER }] }));
    expect(whyOf(chain.write(at('acme/core@t', { life: 3600 })))).toBe('valid');
    expect(whyOf(chain.write(grant(DEV, 'reader', 'acme/core@t'), { chain: hour }))).toBe(
      'its session lived longer than a policy allowed',
    );
    expect(whyOf(chain.write(grant(DEV, 'reader', 'acme/core@u'), { chain: hour }))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core', { life: 3600 })))).toBe('valid');
    expect(whyOf(chain.write(grant(DEV, 'reader', 'acme/core@v'), { chain: hour }))).toBe(
      'its session lived longer than a policy allowed',
    );
    expect(whyOf(chain.write({ kind: 'freeze', seen: [] }, { chain: hour }))).toBe(
      'its session lived longer than a policy allowed',
    );
    const short = chainOf(session(OWNER, { issued: NOW, checks: [{ kind: 'time', notAfter: NOW }] }));
    expect(whyOf(chain.write(grant(DEV, 'reader', 'acme/core@v'), { chain: short }))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core', {}), { chain: hour }))).toBe('valid');
  });

  it('stands beside so many others and no more', () => {
    for (let n = 0; n < MOST_POLICIES; n += 1) {
      expect(whyOf(chain.write(at(`acme/core@t${n}`)))).toBe('valid');
    }
    expect(whyOf(chain.write(at('acme/core')))).toBe('there are too many policies');
    expect(whyOf(chain.write(at('acme/core@t0', { depth: 1 })))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core@t0', {})))).toBe('valid');
    expect(whyOf(chain.write(at('acme/core')))).toBe('valid');
  });

  function idAt(seq: number): string | undefined {
    return chain.entries[seq]?.attestation.subject;
  }
});

describe('time', () => {
  it('a record is judged at its own time', () => {
    const early = chainOf(session(DEV, { issued: DAWN, checks: [{ kind: 'time', notAfter: EARLIER }] }));
    expect(whyOf(chain.write(replicaBody('e'), { by: DEV, chain: early, at: EARLIER }))).toBe('valid');
    expect(whyOf(chain.write(replicaBody('l'), { by: DEV, chain: early }))).toBe('its chain had expired');
  });
});

function fakeId() {
  return signed({
    repo: null,
    seq: 0,
    prev: [],
    by: OWNER,
    holder: keysOf(OWNER).record,
    chain: null,
    at: NOW,
    body: { ...GENESIS_BODY, resource: 'acme/other' },
    texts: null,
  }).attestation.subject as NonNullable<ChainWriter['view']>['genesis'];
}
