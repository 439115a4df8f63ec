import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { Person, Stage } from '../../support/cli/stage.ts';
import {
  captureTwice,
  groundOf,
  redactSecret,
  scanStage,
  SECRET,
  SECRET_PATH,
  secretStage,
} from '../../support/plant/secret-stage.ts';

const TOMBSTONES = 'refs/heddle/tombstones';
const THREAD = 'refs/heddle/threads/task/login';
const EVERYTHING = '+refs/*:refs/*';

let stage: Stage;
/** Reads with public keys alone. */
let anybody: Person;
let tombstone: string;
let states: readonly string[];
beforeAll(async () => {
  stage = await secretStage();
  await captureTwice(stage);
  anybody = stage.person('anybody');
  states = await statesIn();
  tombstone = await redactSecret(stage);
});
afterAll(() => stage.dispose());

async function statesIn(cwd?: string): Promise<readonly string[]> {
  const { states: found } = await anybody.answer('log', ['task/login'], cwd === undefined ? {} : { cwd });
  return found.map(({ state, attestation }) => `${state} ${attestation}`);
}

/** What every clone has to pass: git's checks and ours, each id as it was before, and the stub in place of the file. */
async function expectSound(cwd: string): Promise<void> {
  const git = (...argv: readonly string[]): string => stage.repository.gitIn(cwd, ...argv);
  expect(git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  git('gc', '-q');
  expect(git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  expect(await anybody.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
  expect(await anybody.answer('tombstone-verify', [], { cwd })).toMatchObject({ ok: true, findings: [] });
  expect(await statesIn(cwd)).toEqual(states);
  expect(git('cat-file', 'blob', `${THREAD}:files/${SECRET_PATH}`)).toContain(tombstone.slice(0, 11));
}

/** A clone with everything that git carries, in which heddle has begun. */
async function cloneOf(from: string, name: string): Promise<string> {
  const to = stage.beside(name);
  stage.git('clone', '-q', '--no-local', from, to);
  stage.repository.gitIn(to, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  await stage.owner.ok(['init', '--adopt'], { cwd: to });
  return to;
}

describe.each([
  ['redact', async () => undefined],
  ['purge', async () => void (await stage.owner.ok(['purge', tombstone, '--yes']))],
])('after %s', (verb, act) => {
  beforeAll(act);

  it('this clone is sound', async () => {
    await expectSound(stage.path);
    if (verb === 'purge') expect(scanStage(stage).findings).toEqual([]);
  });

  it('what is pushed, its clone and the clone of that are sound and never had the bytes', async () => {
    const remote = stage.beside(`${verb}.git`);
    stage.git('init', '-q', '--bare', remote);
    stage.git('push', '-q', remote, EVERYTHING);
    expect(stage.repository.gitIn(remote, 'fsck', '--full', '--strict', '--no-progress')).toBe('');
    const first = await cloneOf(remote, `${verb}-clone`);
    await expectSound(first);
    const second = await cloneOf(first, `${verb}-clone-of-clone`);
    await expectSound(second);
    const { findings, problems } = scan({
      directories: [remote, first, second],
      secrets: { secret: SECRET },
    });
    expect(findings).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('the newest state shows who removed what, and why', async () => {
    const [newest = ''] = states[0]?.split(' ') ?? [];
    const { stdout } = await anybody.ok(['show', newest]);
    expect(stdout).toContain(tombstone.slice(0, 11));
    expect(stdout).toContain('a key was captured');
    expect(stdout).not.toContain(SECRET);
    expect((await anybody.ok(['diff', 'main', newest])).stdout).not.toContain(SECRET);
    expect((await anybody.ok(['blame', SECRET_PATH])).stdout).toContain(tombstone.slice(0, 11));
  });

  it('a flipped bit in any of its files is found, and the tombstone is named', async () => {
    const files = stage.git('ls-tree', '-r', '--name-only', TOMBSTONES).split('\n');
    expect(files.length).toBeGreaterThanOrEqual(verb === 'purge' ? 8 : 4);
    const whole = stage.git('rev-parse', TOMBSTONES);
    for (const file of files) {
      flipIn(file);
      const answer = await anybody.answer('tombstone-verify', [], { exit: 1 });
      expect(answer.ok, file).toBe(false);
      expect(JSON.stringify(answer.findings), file).toContain(file.split('/', 1)[0]);
      stage.git('update-ref', TOMBSTONES, whole);
    }
    flipIn(files.find((file) => file.endsWith('declaration.json')) ?? '');
    expect((await anybody.answer('verify', ['--all'], { exit: 1 })).ok).toBe(false);
    stage.git('update-ref', TOMBSTONES, whole);
    expect((await anybody.answer('verify', ['--all'])).ok).toBe(true);
  });
});

/** In the middle of a file of the set, which git then stores as what it is. */
function flipIn(file: string): void {
  const bytes = stage.repository.gitBytes(stage.path, ['cat-file', 'blob', `${TOMBSTONES}:${file}`]);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  const copy = stage.beside('flipped');
  writeFileSync(copy, bytes);
  const blob = stage.git('hash-object', '-w', copy);
  const index = stage.beside('flipped.index');
  const env = { GIT_INDEX_FILE: index };
  const git = (...argv: readonly string[]): string => groundOf(stage).input(argv, '', env);
  git('read-tree', TOMBSTONES);
  git('update-index', '--cacheinfo', `100644,${blob},${file}`);
  const commit = git('commit-tree', '-p', TOMBSTONES, '-m', 'flipped', git('write-tree'));
  stage.git('update-ref', TOMBSTONES, commit);
}
