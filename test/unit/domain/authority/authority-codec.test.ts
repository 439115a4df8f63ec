import { describe, expect, it } from 'vitest';
import { decodeAttestation, encodeAttestation } from '#domain/state/attestation.ts';
import {
  authorityId,
  decodeAuthorityRecord,
  decodeAuthorityTexts,
  encodeAuthorityRecord,
  encodeAuthorityTexts,
} from '#domain/authority/authority-codec.ts';
import type { AuthorityBody, AuthorityRecord } from '#domain/authority/authority.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import { isPrincipal } from '#domain/actor/principal.ts';
import { addKey, GENESIS_BODY, keysOf, replicaBody } from '../../../support/authority-chain.ts';
import { DEV, NOW, OWNER } from '../../../support/decisions.ts';
import { FAKE_HASHER, fakeKey } from '../../../support/fake-crypto.ts';
import { FULL_RULES } from '../../../support/policies.ts';

const CONSENTS = [
  formatId('hq', new Uint8Array(32).fill(4)),
  formatId('hq', new Uint8Array(32).fill(5)),
].toSorted();
const ID = formatId('hg', new Uint8Array(32).fill(1));

const NO_LANDING = { approvals: null, reviewers: null, trailers: null };
const THIRD = { excluded: 'author', breakGlass: 'maintainer' } as const;
const BODIES: readonly (readonly [string, AuthorityBody])[] = [
  ['genesis', GENESIS_BODY],
  ['key add', addKey(DEV)],
  ['key rotate', { ...addKey(DEV), action: 'rotate' } as AuthorityBody],
  ['key revoke', { kind: 'key', action: 'revoke', principal: DEV, root: keysOf(DEV).root, seen: ['hs-1'] }],
  [
    'grant add',
    {
      kind: 'grant',
      action: 'add',
      principal: DEV,
      role: 'reader',
      resource: 'acme/core@t:a%40',
      until: NOW,
    },
  ],
  ['grant remove', { kind: 'grant', action: 'remove', grant: ID, seen: [] }],
  ['replica', replicaBody('r')],
  ['revoke session', { kind: 'revoke', session: 's', block: null, seen: [] }],
  ['revoke block', { kind: 'revoke', session: null, block: '0f'.repeat(64), seen: [] }],
  ['freeze', { kind: 'freeze', seen: ['a', 'b'] }],
  ['freeze as break-glass', { kind: 'freeze', seen: ['a'], breakGlass: true }],
  ['unfreeze', { kind: 'unfreeze' }],
  ['policy', { kind: 'policy', resource: 'acme/core', rules: FULL_RULES }],
  [
    'policy of the first version',
    { kind: 'policy', resource: 'acme/core', rules: { ...FULL_RULES, ...NO_LANDING } },
  ],
  [
    'policy of the third version',
    { kind: 'policy', resource: 'acme/core', rules: { ...FULL_RULES, ...THIRD } },
  ],
  ['the end of a policy', { kind: 'policy', resource: 'acme/core@t', rules: NO_RULES }],
];

function recordWith(body: AuthorityBody, change: Partial<AuthorityRecord> = {}): AuthorityRecord {
  return {
    repo: ID,
    seq: 3,
    prev: [ID],
    by: OWNER,
    holder: fakeKey('holder'),
    chain: formatDigest(new Uint8Array(32).fill(2)),
    at: NOW,
    body,
    texts: formatDigest(new Uint8Array(32).fill(3)),
    ...change,
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error: unknown) {
    return error instanceof HeddleError ? error.code : 'other';
  }
}

function edited(record: AuthorityRecord, edit: (json: Record<string, unknown>) => unknown): Uint8Array {
  const json = JSON.parse(decodeUtf8(encodeAuthorityRecord(record)) ?? '') as Record<string, unknown>;
  const changed = edit(json) ?? json;
  const sorted = Object.entries(changed as Record<string, unknown>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return utf8(JSON.stringify(Object.fromEntries(sorted)));
}

describe('authority records', () => {
  it.each(BODIES)('%s comes back as it was', (_, body) => {
    const record = recordWith(body);
    expect(decodeAuthorityRecord(encodeAuthorityRecord(record))).toEqual(record);
  });

  const used: readonly AuthorityBody['kind'][] = ['key', 'grant', 'freeze', 'unfreeze', 'policy'];

  it.each(BODIES.filter(([, { kind }]) => used.includes(kind)))(
    '%s names by which consents it is',
    (_, body) => {
      const record = recordWith(body, { consents: [...CONSENTS] });
      const bytes = encodeAuthorityRecord(record);
      expect(decodeUtf8(bytes)).toContain('"v":3');
      expect(decodeAuthorityRecord(bytes)).toEqual(record);
      for (const consents of [[...CONSENTS].toReversed(), [CONSENTS[0], CONSENTS[0]], ['hg-1'], null]) {
        expect(
          codeOf(() => decodeAuthorityRecord(edited(record, (json) => ({ ...json, consents })))),
        ).toMatch(/^FORMAT_|^ID_/);
      }
    },
  );

  it.each(BODIES.filter(([, { kind }]) => !used.includes(kind)))('%s names none', (_, body) => {
    const bytes = edited(recordWith(body), (json) => ({ ...json, v: 3, consents: [...CONSENTS] }));
    expect(codeOf(() => decodeAuthorityRecord(bytes))).toBe('FORMAT_UNKNOWN');
  });

  it('has no higher version than it needs', () => {
    const plain = { v: 3, consents: [] };
    const freeze = recordWith({ kind: 'freeze', seen: [] });
    const rules = { ...THIRD, excluded: null, breakGlass: null };
    for (const [record, change] of [
      [freeze, { ...plain, breakGlass: false }],
      [recordWith({ kind: 'unfreeze' }), plain],
      [recordWith({ kind: 'policy', resource: 'acme/core', rules: FULL_RULES }), { ...plain, ...rules }],
    ] as const) {
      expect(codeOf(() => decodeAuthorityRecord(edited(record, (json) => ({ ...json, ...change }))))).toBe(
        'FORMAT_INVALID',
      );
    }
  });

  it.each(BODIES)('%s: every field is needed and no other is taken', (_, body) => {
    const record = recordWith(body);
    const names = Object.keys(JSON.parse(decodeUtf8(encodeAuthorityRecord(record)) ?? '') as object);
    expect(names.length).toBeGreaterThanOrEqual(11);
    for (const name of names) {
      const without = edited(record, (json) =>
        Object.fromEntries(Object.entries(json).filter(([key]) => key !== name)),
      );
      expect(codeOf(() => decodeAuthorityRecord(without))).toMatch(/^FORMAT_/);
      const wrong = edited(record, (json) => ({ ...json, [name]: { wrong: true } }));
      expect(codeOf(() => decodeAuthorityRecord(wrong))).toMatch(/^FORMAT_/);
    }
    const more = edited(record, (json) => ({ ...json, more: 1 }));
    expect(codeOf(() => decodeAuthorityRecord(more))).toBe('FORMAT_INVALID');
  });

  it.each([
    ['another type', { type: 'state' }, 'FORMAT_UNKNOWN'],
    ['a later version', { v: 2 }, 'FORMAT_UNKNOWN'],
    ['an unknown kind', { kind: 'merge' }, 'FORMAT_INVALID'],
    ['an unknown action', { action: 'take' }, 'FORMAT_INVALID'],
    ['an unknown role', { role: 'god' }, 'FORMAT_INVALID'],
    ['a resource in another spelling', { resource: 'acme/core:%41' }, 'FORMAT_INVALID'],
    ['an upper-case key', { holder: fakeKey('holder').toUpperCase() }, 'FORMAT_INVALID'],
    ['a negative place', { seq: -1 }, 'FORMAT_INVALID'],
    ['a principal that is an option', { principal: '--all' }, 'FORMAT_INVALID'],
    ['a time without milliseconds', { at: '2026-11-21T12:00:00Z' }, 'FORMAT_INVALID'],
    ['a digest in place of an id', { repo: formatDigest(new Uint8Array(32)) }, 'FORMAT_INVALID'],
    ['three predecessors', { prev: [ID, ID, ID] }, 'FORMAT_INVALID'],
  ])('%s is refused', (_, change, code) => {
    const record = recordWith({
      kind: 'grant',
      action: 'add',
      principal: DEV,
      role: 'reader',
      resource: 'acme/core',
      until: null,
    });
    expect(codeOf(() => decodeAuthorityRecord(edited(record, (json) => ({ ...json, ...change }))))).toBe(
      code,
    );
  });

  it.each([
    ['an unknown mode', { attribution: 'asked' }],
    ['a life of nothing', { life: 0 }],
    ['a life of eleven years', { life: 11 * 366 * 86_400 }],
    ['more agents than a token has blocks', { depth: 12 }],
    ['a quorum of nobody', { quorum: 0 }],
    ['a quorum of seventeen', { quorum: 17 }],
    ['no wait at all', { wait: 0 }],
    ['an empty list', { providers: [] }],
    ['a list that is not sorted', { models: ['b', 'a'] }],
    ['a name twice', { models: ['a', 'a'] }],
    ['a name that is an option', { providers: ['--all'] }],
    ['a name that hides something', { providers: ['an\u202eb'] }],
    ['a name of 201 characters', { providers: ['x'.repeat(201)] }],
    ['too many names', { models: Array.from({ length: 65 }, (_, n) => `m${String(n).padStart(3, '0')}`) }],
    ['an operation that is not of the floor', { guarded: ['state:capture'] }],
    ['an operation that is none', { guarded: ['all'] }],
    ['another posture', { agents: 'none' }],
    ['no approval', { approvals: 0 }],
    ['too many approvals', { approvals: 17 }],
    ['reviewers that differ in nothing', { reviewers: [] }],
    ['reviewers in another order', { reviewers: ['principal', 'key'] }],
    ['another way to differ', { reviewers: ['name'] }],
    ['another style of trailers', { trailers: ['signed-off-by'] }],
    ['the second version for the rules of the first', NO_LANDING],
    ['the first version for the rules of the second', { v: 1 }],
  ])('a policy with %s is refused', (_, change) => {
    const record = recordWith({ kind: 'policy', resource: 'acme/core', rules: FULL_RULES });
    expect(codeOf(() => decodeAuthorityRecord(edited(record, (json) => ({ ...json, ...change }))))).toBe(
      'FORMAT_INVALID',
    );
  });

  it('no other bytes mean the same record', () => {
    const bytes = encodeAuthorityRecord(recordWith({ kind: 'unfreeze' }));
    const text = decodeUtf8(bytes) ?? '';
    for (const other of [
      ` ${text}`,
      `${text}\n`,
      text.replace('"at"', '"\\u0061t"'),
      text.replace('{', '{"at":1,'),
    ]) {
      expect(codeOf(() => decodeAuthorityRecord(utf8(other)))).toBe('FORMAT_INVALID');
    }
    expect(codeOf(() => decodeAuthorityRecord(new Uint8Array(300_000)))).toBe('FORMAT_INVALID');
  });

  it('the id depends on every field', () => {
    const record = recordWith({ kind: 'freeze', seen: [] });
    const changes: readonly Partial<AuthorityRecord>[] = [
      { seq: 4 },
      { by: DEV },
      { texts: null },
      { body: { kind: 'unfreeze' } },
    ];
    const ids = [{}, ...changes].map((change) => authorityId(FAKE_HASHER, { ...record, ...change }));
    expect(new Set(ids).size).toBe(changes.length + 1);
  });
});

describe('the sidecar of a record', () => {
  it('comes back as it was and takes nothing else', () => {
    const texts = { salt: 'A'.repeat(22), reason: 'left the team' };
    expect(decodeAuthorityTexts(encodeAuthorityTexts(texts))).toEqual(texts);
    expect(decodeAuthorityTexts(encodeAuthorityTexts({ ...texts, reason: null }))).toMatchObject({
      reason: null,
    });
    expect(codeOf(() => decodeAuthorityTexts(encodeAuthorityTexts({ ...texts, salt: 'short' })))).toBe(
      'FORMAT_INVALID',
    );
  });

  it('names the tombstone that took it away', () => {
    const redactedBy = formatId('hr', new Uint8Array(32).fill(7));
    expect(decodeAuthorityTexts(encodeRedactedTexts(redactedBy))).toEqual({ redactedBy });
  });
});

describe('attestations', () => {
  const attestation = { subject: ID, holder: fakeKey('h'), sig: new Uint8Array(64).fill(9) };

  it('come back as they were, for records and for states', () => {
    expect(decodeAttestation(encodeAttestation(attestation))).toEqual(attestation);
    const state = { ...attestation, subject: formatId('hs', new Uint8Array(32)) };
    expect(decodeAttestation(encodeAttestation(state))).toEqual(state);
  });

  it.each([
    ['a short signature', { sig: new Uint8Array(63) }],
    ['a long signature', { sig: new Uint8Array(65) }],
    ['a bad key', { holder: 'ab' }],
  ])('with %s are refused', (_, change) => {
    expect(codeOf(() => decodeAttestation(encodeAttestation({ ...attestation, ...change })))).toBe(
      'FORMAT_INVALID',
    );
  });

  it('about anything but states and records are refused', () => {
    const text = decodeUtf8(encodeAttestation(attestation)) ?? '';
    expect(codeOf(() => decodeAttestation(utf8(text.replace('hg-', 'ho-'))))).toBe('FORMAT_INVALID');
    expect(codeOf(() => decodeAttestation(utf8(text.replace('"v":1', '"v":2'))))).toBe('FORMAT_UNKNOWN');
  });
});

describe('principals', () => {
  it.each(['dev@example.com', 'Jane Doe', 'ü', 'a'])('%j is one', (text) =>
    expect(isPrincipal(text)).toBe(true),
  );
  it.each([
    '',
    '-x',
    '--role',
    ' a',
    'a ',
    'a\nb',
    'a\u202eb',
    'a\u200bb',
    'cafe\u0301',
    '\ud800',
    'a'.repeat(321),
  ])('%j is none', (text) => expect(isPrincipal(text)).toBe(false));
});
