import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDigest, formatId } from '#domain/id.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { LocalIndex } from '#ports/local-index.ts';
import type { LogMark } from '#ports/log.ts';
import { createMemoryIndex } from '../support/memory/local-index.ts';
import { openTestIndex } from '../support/test-index.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function makeCommonDir(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-index-')));
  directories.push(directory);
  return directory;
}

const digest = (text: string) => SHA256_HASHER.hash('state', utf8(text));
const entry = (text: string) => ({ key: formatId('hs', digest(text)), value: `carrier of ${text}` });
const MARK: LogMark = { replica: formatDigest(digest('r')), seq: 7, id: formatId('ho', digest('o')) };

const OPENERS: readonly (readonly [name: string, open: () => LocalIndex])[] = [
  ['in memory', createMemoryIndex],
  ['in LevelDB', () => openTestIndex({ commonDir: makeCommonDir() })],
];

describe.each(OPENERS)('a local index %s', (_, open) => {
  it('is missing, and nothing is covered, before it was written', async () => {
    const index = open();
    expect(await index.inspect()).toEqual({ kind: 'missing' });
    const seen = await index.use(async ({ coverage, find }) => [coverage, typeof find]);
    expect(seen).toEqual([{ states: null, operations: null }, 'function']);
    expect(await index.inspect()).toEqual({ kind: 'missing' });
  });

  it('finds by the beginning of a key, in one table, in order', async () => {
    const index = open();
    const [a, b] = [entry('a'), entry('b')].toSorted((one, other) => (one.key < other.key ? -1 : 1));
    await index.use((session) =>
      session.extend(
        'states',
        [b, a].flatMap((found) => found ?? []),
        [],
      ),
    );
    await index.use((session) => session.extend('operations', [entry('c')], []));
    const found = await index.use(async (session) => [
      await session.find('states', 'hs-'),
      await session.find('states', a?.key ?? ''),
      await session.find('states', (b?.key ?? '').slice(0, 12)),
      await session.find('states', 'hs-0000'),
      (await session.find('operations', 'hs-')).length,
    ]);
    expect(found).toEqual([[a, b], [a], [b], [], 1]);
  });

  it('says from the next time on how far it reaches', async () => {
    const index = open();
    const during = await index.use(async (session) => {
      await session.extend('states', [entry('a')], ['aa', 'bb']);
      return session.coverage.states;
    });
    await index.use((session) => session.extend('operations', [entry('b')], [MARK]));
    const coverage = { states: ['aa', 'bb'], operations: [MARK] };
    expect(during).toBeNull();
    expect(await index.use(async (session) => session.coverage)).toEqual(coverage);
    expect(await index.inspect()).toEqual({ kind: 'ready', coverage, entries: 2 });
  });

  it('forgets everything when it is cleared, and goes on in the same session', async () => {
    const index = open();
    await index.use((session) => session.extend('operations', [entry('a')], [MARK]));
    await index.use(async (session) => {
      await session.extend('states', [entry('a')], ['aa']);
      await session.clear();
      await session.extend('states', [entry('b')], ['bb']);
    });
    const found = await index.use(async (session) => [
      session.coverage,
      await session.find('states', 'hs-'),
      await session.find('operations', 'hs-'),
    ]);
    expect(found).toEqual([{ states: ['bb'], operations: null }, [entry('b')], []]);
    expect(await index.inspect()).toMatchObject({ kind: 'ready', entries: 1 });
  });

  it('keeps what was written before the work failed, and hands the error on', async () => {
    const index = open();
    const failing = index.use(async (session) => {
      await session.extend('states', [entry('a')], ['aa']);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await index.use((session) => session.find('states', 'hs-'))).toEqual([entry('a')]);
  });

  it('is missing after it was destroyed, which can be repeated', async () => {
    const index = open();
    await index.destroy();
    await index.use((session) => session.extend('states', [entry('a')], ['aa']));
    await index.destroy();
    await index.destroy();
    expect(await index.inspect()).toEqual({ kind: 'missing' });
    expect(await index.use(async (session) => session.coverage.states)).toBeNull();
  });
});

describe('an index in LevelDB', () => {
  it('belongs to one home: others neither read it nor harm it', async () => {
    const commonDir = makeCommonDir();
    const [mine, theirs] = [openTestIndex({ commonDir }), openTestIndex({ commonDir, home: 'theirs' })];
    await mine.use((session) => session.extend('states', [entry('a')], ['aa']));
    expect(await theirs.inspect()).toEqual({ kind: 'missing' });
    await theirs.use((session) => session.extend('states', [entry('b')], ['bb']));
    expect(await mine.use((session) => session.find('states', 'hs-'))).toEqual([entry('a')]);
    await theirs.destroy();
    expect(await mine.inspect()).toEqual({ kind: 'missing' });
  });

  it('is not used, and not made, by a home that never changed anything in the clone', async () => {
    const commonDir = makeCommonDir();
    const index = openTestIndex({ commonDir, home: null });
    expect(await index.use(async () => 'used')).toBeUndefined();
    expect(await index.inspect()).toEqual({ kind: 'missing' });
    expect(readdirSync(commonDir)).toEqual([]);
  });

  it('stays in few files however often it is opened', async () => {
    const commonDir = makeCommonDir();
    const index = openTestIndex({ commonDir });
    const most: number[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      await index.use((session) => session.extend('states', [entry(String(turn))], [String(turn)]));
      const names = readdirSync(commonDir, { recursive: true, encoding: 'utf8' });
      most.push(names.filter((name) => name.endsWith('.ldb')).length);
    }
    expect(Math.max(...most)).toBeLessThan(64);
    expect(await index.use((session) => session.find('states', 'hs-'))).toHaveLength(60);
  });

  it('leaves nothing but itself behind', async () => {
    const commonDir = makeCommonDir();
    const index = openTestIndex({ commonDir });
    await index.use((session) => session.extend('states', [entry('a')], ['aa']));
    await index.destroy();
    const left = readdirSync(join(commonDir, 'heddle'), { recursive: true, encoding: 'utf8' });
    expect(new Set(left)).toEqual(new Set(['index', 'tmp']));
  });
});
