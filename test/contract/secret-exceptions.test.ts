import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openExceptionStore } from '#crypto/home-lists/exception-store.ts';
import { formatDigest } from '#domain/id.ts';
import type { SecretException } from '#domain/secrets/secret-exception.ts';
import { parseInstant } from '#domain/time.ts';
import type { SecretExceptions } from '#ports/secrets/secret-exceptions.ts';
import { createMemoryExceptions } from '../support/memory/removal/secret-exceptions.ts';
import { makePrivateHome, type PrivateHome } from '../support/private-home.ts';

const REPLICA = formatDigest(new Uint8Array(32).fill(7));

function exception(byte: number, until = '2026-12-01T00:00:00.000Z'): SecretException {
  return {
    digest: formatDigest(new Uint8Array(32).fill(byte)),
    rule: 'github',
    path: 'src/a.ts',
    thread: 'task',
    by: 'dev@example.com',
    reason: 'made up',
    since: parseInstant('2026-11-21T12:00:00.000Z'),
    until: parseInstant(until),
  };
}

let home: PrivateHome;
beforeEach(() => {
  home = makePrivateHome();
});
afterEach(() => home.remove());

const open = (): SecretExceptions => openExceptionStore(home.data, async () => ({ replica: REPLICA }));

describe.each([
  ['in memory', createMemoryExceptions],
  ['in the home', open],
])('exceptions %s', (_, make) => {
  it('are none at first, then what was added, the newest of each value', async () => {
    const store = make();
    expect(await store.read()).toEqual([]);
    await store.add([exception(2), exception(1)]);
    await store.add([exception(2, '2026-11-22T00:00:00.000Z')]);
    expect(await store.read()).toEqual([exception(1), exception(2, '2026-11-22T00:00:00.000Z')]);
  });
});

describe('the file in the home', () => {
  const path = (): string => home.path('secrets', `${REPLICA}.json`);

  it('is private, and of one replica', async () => {
    await open().add([exception(1)]);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const other = openExceptionStore(home.data, async () => ({ replica: exception(1).digest }));
    expect(await other.read()).toEqual([]);
  });

  it('is not made where the home has no key for the clone', async () => {
    const stranger = openExceptionStore(home.data, async () => undefined);
    await stranger.add([exception(1)]);
    expect(await stranger.read()).toEqual([]);
    expect(existsSync(home.path('secrets'))).toBe(false);
  });

  it('is refused where others can write it, and where it is damaged', async () => {
    await open().add([exception(1)]);
    chmodSync(path(), 0o644);
    await expect(open().read()).rejects.toMatchObject({ code: 'KEY_FILE_MODE' });
    chmodSync(path(), 0o600);
    writeFileSync(
      path(),
      readFileSync(path(), 'utf8').replace('made up', 'made  up').replace('"v":1', '"v":2'),
    );
    await expect(open().read()).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
  });
});
