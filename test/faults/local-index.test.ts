import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { LevelStore } from '#storage/index/level-store.ts';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';
import { fillDiskEverywhere, runProgram, sweep, type SweepCase } from '../support/kill-sweep.ts';
import { rejection } from '../support/repositories/open-repositories.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';
import { openTestIndex } from '../support/test-index.ts';
import { copyTree } from '../support/run/tree.ts';

const FIRST = 2;
const SECOND = 1;
const NAMES = Array.from({ length: FIRST + SECOND }, (_, index) => `n${index}`);
const entry = (name: string) => ({
  key: formatId('hs', SHA256_HASHER.hash('state', utf8(name))),
  value: name,
});

let program: BundledProgram;
let root: string;
let commonDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  program = await bundleProgram(new URL('../support/programs/index-stress.ts', import.meta.url));
});
afterAll(() => program.remove());
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-index-faults-')));
  commonDir = join(root, 'common');
  mkdirSync(commonDir);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** A small index with a table file, a log and a seal. */
async function makeIndex(): Promise<void> {
  const index = openTestIndex({ commonDir });
  const halves = [NAMES.slice(0, FIRST), NAMES];
  for (const names of halves) await index.use((session) => session.extend('states', names.map(entry), names));
}

function home(): string {
  const indexes = join(commonDir, 'heddle', 'index');
  return join(indexes, readdirSync(indexes).find((name) => !name.startsWith('lock')) ?? '');
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name))
    .toSorted();
}

function filesOutside(): string[] {
  return filesBelow(root).filter((path) => !path.startsWith(commonDir));
}

/** What a caller believes: that nothing is covered, or every entry of what is. */
async function ask(waitMs?: number): Promise<'nothing' | 'everything' | 'wrong' | 'unusable'> {
  const index = openTestIndex({ commonDir, ...(waitMs === undefined ? {} : { waitMs }) });
  const found = await index.use(async (session) =>
    session.coverage.states === null ? null : session.find('states', 'hs-'),
  );
  if (found === undefined) return 'unusable';
  if (found === null) return 'nothing';
  const expected = NAMES.map(entry).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return JSON.stringify(found) === JSON.stringify(expected) ? 'everything' : 'wrong';
}

/** Whatever stands there, an index can be made in its place. */
async function expectMade(): Promise<void> {
  await openTestIndex({ commonDir }).use(async (session) => {
    await session.clear();
    await session.extend('states', NAMES.map(entry), NAMES);
  });
  expect(await ask()).toBe('everything');
}

describe('a local index of which one byte flips', () => {
  it('is not read, whichever byte of whichever file it is', async () => {
    await makeIndex();
    const kept = join(root, 'kept');
    copyTree(commonDir, kept);
    const seen: Record<string, number> = {};
    for (const path of filesBelow(home())) {
      const whole = readFileSync(path);
      const isLog = /\/LOG(?:\.old)?$/.test(path);
      for (let at = 0; at < whole.length; at += isLog ? 32 : 1) {
        const flipped = Uint8Array.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        writeFileSync(path, flipped);
        const answer = await ask();
        // LevelDB writes these for people, and never reads them.
        expect([path, at, answer]).toEqual([path, at, isLog ? 'everything' : 'nothing']);
        seen[isLog ? 'LOG' : path.replace(/^.*\/|[-\d]+/g, '')] = at;
        if (answer === 'nothing') writeFileSync(path, whole);
        else restore(kept);
      }
    }
    expect(Object.keys(seen).toSorted()).toEqual(['.ldb', '.log', 'CURRENT', 'LOG', 'MANIFEST', 'seal.json']);
    expect(await ask()).toBe('everything');
  }, 60_000);

  it('would answer wrongly, and silently, if LevelDB were asked', async () => {
    await makeIndex();
    const level = join(home(), 'level');
    const [log = ''] = readdirSync(level).filter((name) => name.endsWith('.log'));
    const bytes = readFileSync(join(level, log));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(join(level, log), bytes);
    const store = await LevelStore.open(level);
    const found = await store.find('states', 'hs-');
    await store.close();
    expect(found.length).toBeLessThan(NAMES.length);
  });
});

function restore(kept: string): void {
  rmSync(commonDir, { recursive: true });
  copyTree(kept, commonDir);
}

const DAMAGES: readonly (readonly [what: string, damage: () => void])[] = [
  ['has no seal', () => rmSync(join(home(), 'seal.json'))],
  ['has the seal of another time', () => swapSeal()],
  ['has lost its database', () => rmSync(join(home(), 'level'), { recursive: true })],
  ['leads to another index', () => linkHome()],
  ['is a file', () => replaceHome((path) => writeFileSync(path, 'no'))],
  ['is full of garbage', () => scatterGarbage()],
  ['has a file too many', () => writeFileSync(join(home(), 'level', '999999.ldb'), 'x')],
  ['has ten thousand files', () => scatterFiles()],
  ['holds a terabyte', () => truncateSync(join(home(), 'level', 'CURRENT'), 2 ** 40)],
  ['has a seal of a terabyte', () => truncateSync(join(home(), 'seal.json'), 2 ** 40)],
  ['has a directory for a file', () => replaceInLevel('CURRENT', (path) => mkdirSync(path))],
  ['leads to another database', () => linkLevel()],
  ['leads to another file', () => replaceInLevel('CURRENT', (path) => symlinkSync(makeOutside(), path))],
  ['leads to another lock', () => replaceInLevel('LOCK', (path) => symlinkSync(makeOutside(), path))],
];

function replaceHome(make: (path: string) => void): void {
  const path = home();
  rmSync(path, { recursive: true });
  make(path);
}

function linkHome(): void {
  const path = home();
  copyTree(path, join(root, 'elsewhere'));
  replaceHome(() => symlinkSync(join(root, 'elsewhere'), path));
}

function replaceInLevel(name: string, make: (path: string) => void): void {
  const path = join(home(), 'level', name);
  rmSync(path);
  make(path);
}

function makeOutside(): string {
  const path = join(root, 'outside');
  writeFileSync(path, 'outside');
  return path;
}

function linkLevel(): void {
  const level = join(home(), 'level');
  copyTree(level, join(root, 'elsewhere'));
  rmSync(level, { recursive: true });
  symlinkSync(join(root, 'elsewhere'), level);
}

function swapSeal(): void {
  const seal = join(home(), 'seal.json');
  copyFileSync(seal, join(root, 'seal'));
  const bytes = readFileSync(seal, 'utf8');
  writeFileSync(seal, bytes.replace('"n1"', '"n2"'));
}

function scatterGarbage(): void {
  for (const path of filesBelow(home())) writeFileSync(path, SHA256_HASHER.hash('name', utf8(path)));
}

function scatterFiles(): void {
  for (let number = 0; number < 10_000; number += 1) {
    writeFileSync(join(home(), 'level', `${100_000 + number}.ldb`), '');
  }
}

describe('a local index that somebody damaged or prepared', () => {
  it.each(DAMAGES)('covers nothing and is made anew where it %s', async (_, damage) => {
    await makeIndex();
    damage();
    const outside = filesOutside();
    const contents = outside.map((path) => readFileSync(path).toString('hex'));
    expect((await openTestIndex({ commonDir }).inspect()).kind).toMatch(/^(?:damaged|missing)$/);
    expect(await ask()).toBe('nothing');
    await expectMade();
    expect(outside.map((path) => readFileSync(path).toString('hex'))).toEqual(contents);
  });

  it('covers nothing where any of its files is cut or gone', async () => {
    await makeIndex();
    const kept = join(root, 'kept');
    copyTree(commonDir, kept);
    let cases = 0;
    for (const path of filesBelow(home()).filter((name) => !/LOCK$|LOG/.test(name))) {
      for (const size of [0, Math.floor(statSync(path).size / 2), null]) {
        if (size === null) rmSync(path);
        else truncateSync(path, size);
        expect([path, size, await ask()]).toEqual([path, size, 'nothing']);
        restore(kept);
        cases += 1;
      }
    }
    expect(cases).toBeGreaterThanOrEqual(15);
  });

  it('is refused as a whole where its directory leads elsewhere', async () => {
    await makeIndex();
    const indexes = dirname(home());
    copyTree(indexes, join(root, 'elsewhere'));
    rmSync(indexes, { recursive: true });
    symlinkSync(join(root, 'elsewhere'), indexes);
    const before = filesBelow(join(root, 'elsewhere'));
    expect(await ask()).toBe('unusable');
    expect((await rejection(openTestIndex({ commonDir }).destroy())).code).toBe('FORMAT_INVALID');
    expect(filesBelow(join(root, 'elsewhere'))).toEqual(before);
  });

  it('is removed whatever it holds, and nothing that it leads to', async () => {
    for (const [what, damage] of DAMAGES) {
      await makeIndex();
      damage();
      const outside = filesOutside();
      await openTestIndex({ commonDir }).destroy();
      expect([what, readdirSync(join(commonDir, 'heddle', 'index'))]).toEqual([what, []]);
      expect(outside.filter((path) => !existsSync(path))).toEqual([]);
      rmSync(join(root, 'elsewhere'), { recursive: true, force: true });
    }
  });
});

async function startHolding(argv: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

describe('a local index that another process has', () => {
  it('is not waited for long, and is free again when that process is killed', async () => {
    await makeIndex();
    const child = await startHolding([program.path, commonDir, 'hold']);
    expect(await ask(50)).toBe('unusable');
    expect(await openTestIndex({ commonDir, waitMs: 50 }).inspect()).toEqual({ kind: 'locked' });
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(['nothing', 'everything']).toContain(await ask());
    await expectMade();
  });

  it('is neither read nor taken away where it is a program that knows nothing of heddle', async () => {
    await makeIndex();
    const level = join(home(), 'level');
    const text = `new (require('level').Level)(${JSON.stringify(level)}).open().then(() => console.log('open'));
      setTimeout(() => undefined, 60_000);`;
    await startHolding(['-e', text]);
    const { ino } = lstatSync(join(level, 'LOCK'));
    const writing = openTestIndex({ commonDir }).use((session) => session.extend('states', [], []));
    expect(await writing).toBeUndefined();
    expect((await rejection(openTestIndex({ commonDir }).destroy())).code).toBe('LOCK_HELD');
    expect(lstatSync(join(level, 'LOCK')).ino).toBe(ino);
  });

  it('is used by eight at once, one after the other, and loses nothing', async () => {
    const gate = join(root, 'gate');
    const running = Array.from({ length: 8 }, () =>
      runProgram({ argv: [program.path, commonDir, '12', gate], cwd: root, env: {} }),
    );
    const areReady = () => readdirSync(root).filter((name) => name.startsWith('gate.')).length === 8;
    while (!areReady()) await new Promise((resolve) => setTimeout(resolve, 5));
    writeFileSync(gate, '');
    const reports = (await Promise.all(running)).map(({ stdout, stderr }) => {
      expect(stderr).toBe('');
      return JSON.parse(stdout) as { begin: number; end: number; had: number; wrong: string[] };
    });
    const overlap =
      Math.min(...reports.map(({ end }) => end)) - Math.max(...reports.map(({ begin }) => begin));
    expect(overlap).toBeGreaterThan(0);
    expect(reports.flatMap(({ wrong }) => wrong)).toEqual([]);
    const covered = await openTestIndex({ commonDir }).use(async ({ coverage }) => coverage.states?.length);
    expect(covered).toBe(reports.reduce((sum, { had }) => sum + had, 0));
    expect(covered).toBe(8 * 12);
  }, 60_000);

  it('never answers wrongly while those who write it are killed', async () => {
    const gate = join(root, 'gate');
    writeFileSync(gate, '');
    for (let round = 0; round < 12; round += 1) {
      const victim = spawn(process.execPath, [program.path, commonDir, '1000', gate], { stdio: 'ignore' });
      children.push(victim);
      await new Promise((resolve) => setTimeout(resolve, 90 + 17 * round));
      victim.kill('SIGKILL');
      await once(victim, 'close');
      const witness = await runProgram({ argv: [program.path, commonDir, '2', gate], cwd: root, env: {} });
      expect(JSON.parse(witness.stdout)).toMatchObject({ had: 2, wrong: [] });
    }
  }, 60_000);
});

describe('a local index that is disturbed at any step', () => {
  const run = () => ({
    root: commonDir,
    argv: [program.path, commonDir, '1'],
    followUp: [program.path, commonDir, '1'],
    cwd: root,
    env: {},
  });
  const check = ({ followUp }: SweepCase): void => {
    expect(followUp?.stderr).toBe('');
    expect(JSON.parse(followUp?.stdout ?? '')).toMatchObject({ had: 1, wrong: [] });
    expect(readdirSync(join(commonDir, 'heddle', 'index')).filter((name) => name === 'lock')).toEqual([]);
  };

  it('is right after a kill', async () => {
    await makeIndex();
    const { cases, kinds } = await sweep({ ...run(), sample: 16, check });
    expect(cases).toBeGreaterThanOrEqual(16);
    expect(kinds['rename']).toBeGreaterThan(0);
  }, 60_000);

  it('is right after the disk was full', async () => {
    await makeIndex();
    const { cases } = await sweep({ ...run(), sample: 8, disturb: fillDiskEverywhere, check });
    expect(cases).toBeGreaterThanOrEqual(8);
  }, 60_000);
});
