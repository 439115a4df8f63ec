import { expect, it } from 'vitest';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import { parseInstant } from '#domain/time.ts';
import { addKey, ChainWriter, keysOf, type WriteOptions } from '../../../support/authority-chain.ts';
import { OWNER } from '../../../support/decisions.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';

const ADMIN = 'admin@example.com';
const FORMER = 'former@example.com';

it('gives nobody below an owner the name of one whose grant ended, whatever time it says', () => {
  const chain = new ChainWriter();
  const write = (body: AuthorityBody, options?: WriteOptions): string => {
    const result = chain.write(body, options);
    return result.kind === 'view' ? 'valid' : result.violation.why;
  };
  const grant = (principal: string, role: 'admin' | 'owner', until: string | null): AuthorityBody => ({
    kind: 'grant',
    action: 'add',
    principal,
    role,
    resource: 'acme/core',
    until: until === null ? null : parseInstant(until),
  });
  expect(write(addKey(ADMIN))).toBe('valid');
  expect(write(grant(ADMIN, 'admin', null))).toBe('valid');
  expect(write(addKey(FORMER))).toBe('valid');
  expect(write(grant(FORMER, 'owner', '2026-11-21T13:00:00.000Z'))).toBe('valid');
  const { root } = keysOf(FORMER);
  expect(write({ kind: 'key', action: 'revoke', principal: FORMER, root, seen: [] })).toBe('valid');
  const keys = { root: fakeKey('another root'), record: fakeKey('another record') };
  const at = parseInstant('2026-11-21T14:00:00.000Z');
  expect(write(addKey(FORMER, keys), { by: ADMIN, at })).toMatch(/was not owner/);
  expect(write(addKey(FORMER, keys), { by: OWNER, at })).toBe('valid');
});
