import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatDigest, formatId, type TombstoneId } from '#domain/id.ts';
import type { ShunList, ShunMemory, ShunnedDigest } from '#ports/removal.ts';
import { openShunList } from '#storage/shun-list.ts';
import { createMemoryShunList, createMemoryShunMemory } from '../support/memory/removal/shun-list.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-shun-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface OnDisk {
  readonly list: ShunList;
  readonly path: string;
  readonly common: string;
  readonly memory: ShunMemory;
}

function onDisk(): OnDisk {
  const common = mkdtempSync(join(root, 'clone-'));
  const memory = createMemoryShunMemory();
  return { list: openShunList(common, memory), path: join(common, 'heddle', 'shun.json'), common, memory };
}

function tombstone(byte: number): TombstoneId {
  return formatId('hr', new Uint8Array(32).fill(byte));
}

function entry(content: number, by: number): ShunnedDigest {
  return { digest: formatDigest(new Uint8Array(32).fill(content)), tombstone: tombstone(by) };
}

const implementations: readonly (readonly [string, () => ShunList])[] = [
  ['in memory', createMemoryShunList],
  ['on disk', () => onDisk().list],
];

describe.each(implementations)('the shun list %s', (_, open) => {
  it('is empty at first, and keeps each entry once, in order', async () => {
    const list = open();
    expect(await list.read()).toEqual([]);
    await list.add([entry(3, 1), entry(1, 2), entry(1, 1), entry(3, 1)]);
    await list.add([entry(2, 1), entry(1, 1)]);
    await list.add([]);
    expect(await list.read()).toEqual([entry(1, 1), entry(1, 2), entry(2, 1), entry(3, 1)]);
  });

  it("takes a tombstone's entries off, and no other's", async () => {
    const list = open();
    await list.add([entry(1, 1), entry(1, 2), entry(2, 1)]);
    await list.drop(tombstone(1));
    await list.drop(tombstone(9));
    expect(await list.read()).toEqual([entry(1, 2)]);
  });
});

describe('the shun list on disk', () => {
  it('is one canonical file, for the owner alone, and leaves nothing else', async () => {
    const { list, path, common } = onDisk();
    await list.add([]);
    expect(readdirSync(common)).toEqual([]);
    await list.add([entry(2, 1), entry(1, 1)]);
    const [first, second] = [entry(1, 1), entry(2, 1)];
    expect(readFileSync(path, 'utf8')).toBe(
      `{"entries":[{"digest":"${first.digest}","tombstone":"${first.tombstone}"},` +
        `{"digest":"${second.digest}","tombstone":"${second.tombstone}"}],"type":"shun","v":1}`,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(common, 'heddle', 'tmp'))).toEqual([]);
  });

  it('is read by the next process', async () => {
    const { list, common } = onDisk();
    await list.add([entry(1, 1)]);
    expect(await openShunList(common, createMemoryShunMemory()).read()).toEqual([entry(1, 1)]);
  });

  it('is refused, and never written over, where it is damaged, out of order, of a later version or a link', async () => {
    const { list, path } = onDisk();
    await list.add([entry(1, 1), entry(2, 1)]);
    const sound = readFileSync(path, 'utf8');
    const [a, b] = [JSON.stringify(entry(1, 1)), JSON.stringify(entry(2, 1))];
    const bad: readonly (readonly [string, string])[] = [
      ['', 'FORMAT_INVALID'],
      [sound.slice(0, -1), 'FORMAT_INVALID'],
      [` ${sound}`, 'FORMAT_INVALID'],
      [sound.replace(`${a},${b}`, `${b},${a}`), 'FORMAT_INVALID'],
      [sound.replace(`${a},${b}`, `${a},${a}`), 'FORMAT_INVALID'],
      [sound.replace('"entries"', '"entry"'), 'FORMAT_INVALID'],
      [sound.replace(entry(1, 1).digest, 'short'), 'FORMAT_INVALID'],
      [sound.replace('"v":1', '"v":2'), 'FORMAT_UNKNOWN'],
      [sound.replace('"shun"', '"hush"'), 'FORMAT_UNKNOWN'],
      ['x'.repeat(33 * 1024 * 1024), 'FORMAT_INVALID'],
    ];
    for (const [text, code] of bad) {
      expect(text).not.toBe(sound);
      writeFileSync(path, text);
      await expect(list.read()).rejects.toMatchObject({ code });
      await expect(list.add([entry(3, 1)])).rejects.toMatchObject({ code });
      await expect(list.drop(tombstone(1))).rejects.toMatchObject({ code });
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    rmSync(path);
    writeFileSync(`${path}.real`, sound);
    symlinkSync(`${path}.real`, path);
    await expect(list.read()).rejects.toMatchObject({ code: 'IO_FAILED' });
  });

  it('keeps only what it could have written: every flipped bit is refused or seen', async () => {
    const { list, path } = onDisk();
    await list.add([entry(1, 1), entry(2, 2)]);
    const sound = readFileSync(path);
    const before = await list.read();
    for (let at = 0; at < sound.length; at += 1) {
      const flipped = Buffer.from(sound);
      flipped[at] = (sound[at] ?? 0) ^ 1;
      writeFileSync(path, flipped);
      const found = await list.read().catch((error: unknown) => String(error));
      expect(found, `byte ${at}`).not.toEqual(before);
    }
  });

  it('writes into no directory that is a link', async () => {
    const { list, common } = onDisk();
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    symlinkSync(elsewhere, join(common, 'heddle'));
    await expect(list.add([entry(1, 1)])).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

describe('a shun list that somebody took away', () => {
  it('counts all the same, says so, and is put back', async () => {
    const { list, path } = onDisk();
    await list.add([entry(1, 1), entry(2, 2)]);
    const sound = readFileSync(path);
    rmSync(path);
    expect(await list.read()).toEqual([
      { ...entry(1, 1), taken: true },
      { ...entry(2, 2), taken: true },
    ]);
    await list.mend();
    expect(readFileSync(path)).toEqual(sound);
    expect(await list.read()).toEqual([entry(1, 1), entry(2, 2)]);
  });

  it('is told by each entry that another list in its place lacks', async () => {
    const { list, path, common } = onDisk();
    await openShunList(common, createMemoryShunMemory()).add([entry(1, 1)]);
    const planted = readFileSync(path);
    await list.add([entry(2, 2)]);
    writeFileSync(path, planted);
    expect(await list.read()).toEqual([entry(1, 1), { ...entry(2, 2), taken: true }]);
  });

  it('has nothing left of a tombstone that was lifted', async () => {
    const { list, path } = onDisk();
    await list.add([entry(1, 1), entry(2, 2)]);
    rmSync(path);
    await list.drop(tombstone(1));
    await list.mend();
    expect(await list.read()).toEqual([entry(2, 2)]);
  });

  it('is taken over by a home that remembers nothing yet', async () => {
    const { list, path, common } = onDisk();
    await list.add([entry(1, 1)]);
    const other = openShunList(common, createMemoryShunMemory());
    await other.mend();
    rmSync(path);
    expect(await other.read()).toEqual([{ ...entry(1, 1), taken: true }]);
  });

  it('that a kill kept out of the repository is complete at the next change', async () => {
    const { list, path, memory } = onDisk();
    await memory.write([entry(1, 1)]);
    await list.mend();
    expect(readFileSync(path, 'utf8')).toContain(entry(1, 1).digest);
  });
});
