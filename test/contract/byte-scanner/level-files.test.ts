import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { ScanReport } from '../../support/byte-scanner/report.ts';

const SECRET = 'hunter2-5f1d8c07a9-and-more';
/** Compression writes the second half of this as a copy of what stood before, and so tears the secret. */
const TORN = `${SECRET.slice(0, 20)} ${SECRET.slice(8)} ${SECRET}`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-level-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function fill(entries: Readonly<Record<string, string>>, count = 200): Promise<void> {
  const database = new Level(directory);
  for (let index = 0; index < count; index += 1)
    await database.put(`other ${index}`, `value ${index}`.repeat(20));
  for (const [key, value] of Object.entries(entries)) await database.put(key, value);
  await database.close();
}

/** Opening writes the log into a table. */
async function makeTables(): Promise<void> {
  const database = new Level(directory);
  await database.open();
  // Only LevelDB has it, not every store that `level` stands for.
  const store = database as unknown as { compactRange(from: string, to: string): Promise<void> };
  await store.compactRange('', '\u{ffff}');
  await database.close();
}

const scanHere = (): ScanReport => scan({ directories: [directory], secrets: { secret: SECRET } });
const layers = (report: ScanReport): readonly string[] => [
  ...new Set(report.findings.map(({ layer }) => layer)),
];
const files = (end: string): readonly string[] => readdirSync(directory).filter((name) => name.endsWith(end));

describe('a secret in LevelDB', () => {
  it('is found in the log', async () => {
    await fill({ key: SECRET });
    const report = scanHere();
    expect(layers(report)).toContain('level record');
    expect(report.saw.levelRecords).toBeGreaterThan(200);
    expect(report.problems).toEqual([]);
  });

  it('is found in a table that is compressed, where its raw bytes do not stand', async () => {
    await fill({ key: TORN });
    await makeTables();
    expect(files('.ldb').length).toBeGreaterThan(0);
    for (const name of files('.ldb'))
      expect(readFileSync(join(directory, name)).includes(SECRET)).toBe(false);
    const report = scanHere();
    expect(layers(report)).toEqual(['level block']);
    expect(report.saw.levelBlocks).toBeGreaterThan(3);
    expect(report.problems).toEqual([]);
  });

  it('is found in a key that shares its beginning with the one before', async () => {
    await fill({ [`${SECRET.slice(0, 12)}`]: 'a', [SECRET]: 'b' });
    await makeTables();
    expect(layers(scanHere())).toEqual(expect.arrayContaining(['level keys']));
  });

  it('is found after it was deleted, until the tables are made anew', async () => {
    await fill({ key: TORN });
    const database = new Level(directory);
    await database.open();
    await database.del('key');
    await database.close();
    expect(layers(scanHere())).toContain('level block');
  });

  it('is found in a log whose end is missing', async () => {
    await fill({ key: `${SECRET}${'.'.repeat(1000)}` }, 0);
    const [log = ''] = files('.log');
    const bytes = readFileSync(join(directory, log));
    writeFileSync(join(directory, log), bytes.subarray(0, bytes.length - 500));
    expect(layers(scanHere())).toContain('level record');
  });

  it('is told of as lost where a table is damaged', async () => {
    await fill({ key: TORN });
    await makeTables();
    const [name = ''] = files('.ldb');
    const bytes = readFileSync(join(directory, name));
    bytes.fill(0xff, 0, 600);
    writeFileSync(join(directory, name), bytes);
    expect(scanHere().problems.length).toBeGreaterThan(0);
  });
});

it('the text of a log of operations is read as JSON, line by line', () => {
  const line = (text: string): string => JSON.stringify({ type: 'operation', args: [{ text }], v: 1 });
  const secret = 'with "quotes" and \u0001';
  writeFileSync(join(directory, '1.jsonl'), `${line('nothing')}\n${line(secret)}\n{torn`);
  const report = scan({ directories: [directory], secrets: { secret } });
  expect(report.findings.map(({ layer }) => layer)).toContain('json line 2');
  expect(report.saw.jsonLines).toBe(2);
});
