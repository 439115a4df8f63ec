import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createShunMemory } from '#crypto/home-lists/shun-memory.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import type { ShunEntry } from '#domain/removal/shun-codec.ts';
import type { ShunMemory } from '#ports/removal.ts';
import { createMemoryShunMemory } from '../support/memory/removal/shun-list.ts';
import { makePrivateHome, type PrivateHome } from '../support/private-home.ts';

const REPLICA = formatDigest(new Uint8Array(32).fill(7));
const ENTRY: ShunEntry = {
  digest: formatDigest(new Uint8Array(32).fill(1)),
  tombstone: formatId('hr', new Uint8Array(32).fill(2)),
};

let home: PrivateHome;
beforeEach(() => {
  home = makePrivateHome();
});
afterEach(() => home.remove());

const open = (): ShunMemory => createShunMemory(home.data, async () => ({ replica: REPLICA }));

describe.each([
  ['in memory', createMemoryShunMemory],
  ['in the home', open],
])('what a home remembers of a shun list, %s', (_, make) => {
  it('is nothing at first, then what was written', async () => {
    const memory = make();
    expect(await memory.read()).toBeUndefined();
    await memory.write([ENTRY]);
    expect(await memory.read()).toEqual([ENTRY]);
    await memory.write([]);
    expect(await memory.read()).toEqual([]);
  });
});

describe('the file in the home', () => {
  const path = (): string => home.path('shun', `${REPLICA}.json`);

  it('is private, and of one replica', async () => {
    await open().write([ENTRY]);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const other = createShunMemory(home.data, async () => ({ replica: ENTRY.digest }));
    expect(await other.read()).toBeUndefined();
  });

  it('is not made where the home has no key for the clone', async () => {
    const stranger = createShunMemory(home.data, async () => undefined);
    await stranger.write([ENTRY]);
    expect(await stranger.read()).toBeUndefined();
    expect(existsSync(home.path('shun'))).toBe(false);
  });

  it('is refused where others can write it, where it is a link, and where it is damaged', async () => {
    await open().write([ENTRY]);
    chmodSync(path(), 0o644);
    await expect(open().read()).rejects.toMatchObject({ code: 'KEY_FILE_MODE' });
    chmodSync(path(), 0o600);
    const sound = readFileSync(path());
    writeFileSync(path(), sound.subarray(1));
    await expect(open().read()).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
    rmSync(path());
    symlinkSync('elsewhere', path());
    await expect(open().read()).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
  });
});
