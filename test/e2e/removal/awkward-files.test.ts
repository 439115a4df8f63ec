import { lstatSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { ScanReport } from '../../support/byte-scanner/report.ts';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { AWKWARD_FILES } from '../../support/plant/awkward-files.ts';

let stage: Stage;
let tombstones: ReadonlyMap<string, string>;
let states: readonly string[];
let lines: readonly string[];
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

const SECRETS = Object.fromEntries(AWKWARD_FILES.map(({ name, secret }) => [name, secret]));
const NAMES = AWKWARD_FILES.map(({ name }) => name).toSorted();

function scanFor(directories: readonly (string | Buffer)[]): ScanReport {
  return scan({ directories, secrets: SECRETS });
}

function found({ findings }: ScanReport): readonly string[] {
  return [...new Set(findings.map(({ what }) => what))].toSorted();
}

function where(report: ScanReport): readonly string[] {
  return report.findings.map(
    ({ what, file, layer }) => `${what}: ${file.slice(stage.root.length)}, ${layer}`,
  );
}

/** Both work trees without what git keeps. */
function workFiles(): readonly Buffer[] {
  return ['work', 'other'].flatMap((tree) => {
    const listed = stage.repository.gitBytes(stage.beside(tree), ['ls-files', '-coz', '--exclude-standard']);
    const names = listed.toString('latin1').split('\0').filter(Boolean);
    return names.map((name) => Buffer.from(`${stage.beside(tree)}/${name}`, 'latin1'));
  });
}

async function everyReader(): Promise<string> {
  const runs = await Promise.all(
    ['log', 'log other', 'oplog', 'status', 'diff', 'tombstone list', 'verify --all', 'thread list']
      .concat(...states.map((state) => `show ${state}`), `diff main ${states[0] ?? ''}`, 'diff main other')
      .flatMap((line) => [line.split(' '), [...line.split(' '), '--json']])
      .map((argv) => stage.owner.run(argv)),
  );
  const failed = runs.filter(({ exit }) => exit !== 0);
  expect(failed.map(story)).toEqual([]);
  return runs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

/** Bytes of everything that signatures and ids are about. */
function signed(): readonly string[] {
  return ['task/login', 'other'].flatMap((thread) =>
    stage
      .git('rev-list', `refs/heddle/threads/${thread}`, '^main')
      .split('\n')
      .flatMap((carrier) =>
        ['state.json', 'texts.json', 'attestation.json', 'chain'].map((name) =>
          stage.git('rev-parse', `${carrier}:${name}`),
        ),
      ),
  );
}

// The steps of one story: each begins where the one before it ended.
describe('awkward files', { timeout: 180_000 }, () => {
  let signatures: readonly string[];

  it('1: are captured twice, in two threads and in a linked worktree', async () => {
    for (const file of AWKWARD_FILES) file.write(stage);
    await stage.dev.ok(['capture', '-m', 'first']);
    stage.write('more', 'more\n');
    await stage.dev.ok(['capture', '-m', 'second']);
    const other = stage.beside('other');
    await stage.owner.ok(['start', 'other', '--from', 'task/login', '--worktree', other]);
    // The same content a second time, under another name, and a link to the secret's own file.
    stage.repository.write('../other/copies/plain.copy', readFileSync(stage.beside('work', 'plain.env')));
    symlinkSync('../plain.env', stage.beside('other', 'copies', 'harmless'));
    await stage.owner.ok(['capture', '-m', 'elsewhere'], { cwd: other });
    states = [
      ...(await stage.owner.answer('log')).states,
      ...(await stage.owner.answer('log', ['other'])).states,
    ].map(({ state }) => state);
    expect(new Set(states).size).toBe(3);
    lines = stage.logLines();
    signatures = signed();
    expect(found(scanFor([stage.root]))).toEqual(NAMES);
    expect(found(scanFor(workFiles()))).toEqual(NAMES);
  });

  it('2: leave every reader, every worktree and whatever is fetched when they are redacted', async () => {
    const made = new Map<string, string>();
    for (const { name, path } of AWKWARD_FILES) {
      const run = await stage.owner.ok(['redact', '--json', '--reason', `it was ${name}`, '--', path]);
      const { tombstone, ...answer } = printed(run);
      expect(answer, name).toMatchObject({ edited: [] });
      expect((answer['states'] as unknown[]).length, name).toBe(3);
      made.set(name, String(tombstone));
    }
    tombstones = made;
    expect(where(scanFor(workFiles()))).toEqual([]);
    const said = await everyReader();
    for (const { name, secret } of AWKWARD_FILES) expect(said.includes(String(secret)), name).toBe(false);
    stage.git('clone', '-q', '--mirror', '--no-local', '.', '../mirror.git');
    stage.git('-C', '../mirror.git', 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
    expect(where(scanFor([stage.beside('mirror.git')]))).toEqual([]);
    // In this clone they are still to be had by other means: nobody is told otherwise.
    expect(found(scanFor([stage.beside('work', '.git')]))).toEqual(NAMES);
  });

  it('3: keep their kind, their executable bit and their line ends', () => {
    expect(lstatSync(stage.beside('work', 'links', 'target')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(stage.beside('other', 'links', 'target'))).not.toContain(LINK_PART);
    for (const tree of ['work', 'other']) {
      expect(lstatSync(stage.beside(tree, 'bin', 'run.sh')).mode & 0o111).toBe(0o111);
      expect(readFileSync(stage.beside(tree, 'crlf.txt'), 'latin1')).not.toMatch(/[^\r]\n/);
    }
    expect(readlinkSync(stage.beside('other', 'copies', 'harmless'))).toBe('../plain.env');
  });

  it('4: verify, as they did before, and what is captured on top of them too', async () => {
    expect(signed()).toEqual(signatures);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(await stage.owner.answer('tombstone-verify')).toMatchObject({ ok: true, findings: [] });
    expect(await stage.dev.answer('status')).toMatchObject({ changed: [] });
    stage.write('more', 'still more\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'third']);
    const { changed } = await stage.dev.answer('show', [state]);
    expect(changed.map(({ path }) => path)).toEqual(['more']);
    states = [state, ...states];
  });

  it('5: are gone for good after a purge, from every directory', async () => {
    for (const [name, tombstone] of tombstones) {
      const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
      expect(answer, name).toMatchObject({ outcome: 'complete' });
      expect(
        answer.residue.filter(({ place }) => place !== 'similar'),
        name,
      ).toEqual([]);
    }
    const report = scanFor([stage.root]);
    expect(where(report)).toEqual([]);
    expect(report.problems).toEqual([]);
    expect(report.saw.files).toBeGreaterThan(200);
    expect(report.saw.looseObjects + report.saw.packEntries).toBeGreaterThan(200);
  });

  it('6: leave ids, signatures and every line of the log as they were', async () => {
    expect(signed()).toEqual(expect.arrayContaining([...signatures]));
    expect(stage.logLines()).toEqual(expect.arrayContaining([...lines]));
    const log = [
      ...(await stage.owner.answer('log')).states,
      ...(await stage.owner.answer('log', ['other'])).states,
    ];
    expect(new Set(log.map(({ state }) => state))).toEqual(new Set(states));
    expect(log.every(({ attestation }) => attestation === 'verified')).toBe(true);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(await stage.owner.answer('tombstone-verify')).toMatchObject({ ok: true, findings: [] });
    expect((await everyReader()).length).toBeGreaterThan(1000);
    expect(stage.leftovers()).toEqual([]);
  });

  it('7: are missed by nothing of git: fsck, gc, clone, a clone of the clone, a push', () => {
    const check = (directory: string): void => {
      const git = (...argv: readonly string[]): string => stage.repository.gitIn(directory, ...argv);
      expect(git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
      git('gc', '-q', '--prune=now');
      expect(git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
    };
    check(stage.path);
    stage.git('clone', '-q', '--no-local', '.', '../clone');
    const clone = stage.beside('clone');
    const fetchHeddle = ['fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*'];
    stage.repository.gitIn(clone, ...fetchHeddle);
    check(clone);
    stage.git('clone', '-q', '../clone', '../clone-of-clone');
    stage.repository.gitIn(stage.beside('clone-of-clone'), ...fetchHeddle);
    check(stage.beside('clone-of-clone'));
    stage.git('init', '-q', '--bare', '../empty.git');
    stage.git('push', '-q', '../empty.git', 'refs/heads/*:refs/heads/*', 'refs/heddle/*:refs/heddle/*');
    check(stage.beside('empty.git'));
    expect(stage.git('ls-remote', '../empty.git', 'refs/heddle/*')).toContain('refs/heddle/tombstones');
    expect(where(scanFor([stage.root]))).toEqual([]);
  });
});

/** What every secret of these files begins with. */
const LINK_PART = 'hunter2';
