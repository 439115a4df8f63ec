import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPackIds, type PackIds } from '#git/erase/ids/pack-ids.ts';
import { PageCache } from '#git/erase/ids/paged-file.ts';

/** More than the index of what is held whole, and more pages than one. */
const BLOBS = 6000;

let root: string;
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-pack-ids-'));
  git('init', '-q', '--bare');
  const blobs = Array.from({ length: BLOBS }, (_, index) => `blob\ndata ${`${index}`.length}\n${index}\n`);
  execFileSync('git', ['-C', root, '-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet'], {
    input: blobs.join(''),
  });
});
afterAll(() => rmSync(root, { recursive: true }));

/** The pack's only index, written anew in a version. */
function open(version: number): { readonly path: string; readonly ids: PackIds } {
  const directory = join(root, 'objects', 'pack');
  const [pack = ''] = readdirSync(directory).filter((name) => name.endsWith('.pack'));
  const path = join(root, `version-${version}.idx`);
  git('index-pack', `--index-version=${version}`, '-o', path, join(directory, pack));
  const ids = openPackIds(path, 20, new PageCache());
  if (ids === undefined) throw new Error('git wrote an index');
  return { path, ids };
}

describe.each([1, 2])('ids by a pack’s index, version %i,', (version) => {
  it('are all there, each at its place, and come as they lie in the pack', () => {
    const { path, ids } = open(version);
    // "<offset> <id> …", by id.
    const shown = execFileSync('git', ['show-index'], { input: readFileSync(path), encoding: 'latin1' });
    const lines = shown
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(ids.size).toBe(BLOBS);
    expect([...ids]).toEqual(lines.map(([, id]) => id));
    const byOffset = lines.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, id]) => id);
    expect([...ids.inPackOrder()]).toEqual(byOffset);
    expect([...ids.inPackOrder(1000)]).toEqual(byOffset);
    for (const [place, id = ''] of [...ids].entries()) if (ids.find(id) !== place) expect.fail(id);
    expect(ids.has('0'.repeat(40))).toBe(false);
  });

  it('stay readable when git takes the file away', () => {
    const { path, ids } = open(version);
    rmSync(path);
    expect(new Set(ids).size).toBe(BLOBS);
    expect(openPackIds(path, 20, new PageCache())).toBeUndefined();
  });
});
