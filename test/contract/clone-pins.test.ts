import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHasher } from '#crypto/hasher.ts';
import { createClonePins } from '#crypto/pin/clone-pins.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { openLocalRecords } from '#storage/local-records.ts';
import type { ClonePin, ClonePins } from '#ports/home-cache.ts';
import { createMemoryPins } from '../support/memory/clone-pins.ts';
import { makePrivateHome, type PrivateHome } from '../support/private-home.ts';
import { copyTree } from '../support/run/tree.ts';

const GENESIS = formatId('hg', new Uint8Array(32).fill(1));
const PIN: ClonePin = {
  cloneId: 'abc',
  genesis: GENESIS,
  authority: 'a'.repeat(40),
  line: {
    replica: formatDigest(new Uint8Array(32).fill(2)),
    seq: 7,
    id: formatId('ho', new Uint8Array(32).fill(3)),
  },
};

let home: PrivateHome;
let common: string;
beforeEach(() => {
  home = makePrivateHome();
  common = home.path('..', 'clone.git');
  mkdirSync(common, { recursive: true });
});
afterEach(() => {
  rmSync(common, { recursive: true, force: true });
  home.remove();
});

const open = (commonDir = common): ClonePins =>
  createClonePins({ data: home.data, commonDir }, createHasher());

describe.each([
  ['in memory', () => createMemoryPins()],
  ['in the home', () => open()],
])('what a home knows of a clone, %s', (_, make) => {
  it('is nothing at first, then what was written last', async () => {
    const pins = make();
    expect(await pins.read()).toBeUndefined();
    await pins.write({ ...PIN, authority: null, line: null });
    await pins.write(PIN);
    expect(await pins.read()).toEqual(PIN);
  });
});

describe('the file in the home', () => {
  const files = (): readonly string[] =>
    readdirSync(home.path('clones')).map((name) => home.path('clones', name));

  it('is private, one for each place, and read by every process', async () => {
    await open().write(PIN);
    await open().write({ ...PIN, cloneId: 'def' });
    const [file = '', ...others] = files();
    expect([others, statSync(file).mode & 0o777]).toEqual([[], 0o600]);
    expect(await open().read()).toEqual({ ...PIN, cloneId: 'def' });
  });

  it('is not of a copy of the clone, nor of what is made in its place', async () => {
    await open().write(PIN);
    const copy = `${common}-copy`;
    copyTree(common, copy);
    expect(await open(copy).read()).toBeUndefined();
    rmSync(common, { recursive: true });
    copyTree(copy, common);
    rmSync(copy, { recursive: true });
    expect(await open().read()).toBeUndefined();
  });

  it('counts for nothing where it is damaged, others can read it, or it cannot be written', async () => {
    await open().write(PIN);
    const [file = ''] = files();
    chmodSync(file, 0o644);
    expect(await open().read()).toBeUndefined();
    chmodSync(file, 0o600);
    writeFileSync(file, '{}');
    expect(await open().read()).toBeUndefined();
    rmSync(home.path('clones'), { recursive: true });
    writeFileSync(home.path('clones'), '');
    await open().write(PIN);
    expect(await open().read()).toBeUndefined();
  });
});

it('is held against what the repository says of itself', async () => {
  await openLocalRecords(common, createMemoryPins()).writeClone({ cloneId: 'abc', genesis: GENESIS });
  const pins = open();
  await pins.write(PIN);
  const records = openLocalRecords(common, pins);
  expect(await records.readClone()).toEqual({ cloneId: 'abc', genesis: GENESIS });
  writeFileSync(
    join(common, 'heddle', 'clone.json'),
    `{"cloneId":"other","genesis":"${GENESIS}","type":"clone","v":1}`,
  );
  await expect(records.readClone()).rejects.toMatchObject({ code: 'CLONE_CHANGED' });
});
