import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf, printed, story } from '../../support/cli/run-heddle.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';
import { directoryState } from '../../support/repositories/directory-state.ts';
import {
  SECRET,
  SECRET_PATH,
  captureTwice,
  groundOf,
  oraclesOf,
  placesOf,
  redactSecret,
  scanStage,
  secretStage,
} from '../../support/plant/secret-stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await secretStage();
  await captureTwice(stage);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** All but what every start of the program may write: its compiled code. */
function everything(): ReadonlyMap<string, string> {
  return directoryState(stage.root, (path) => /(?:^|\/)(?:\.?cache)\//.test(path));
}

/** Refs of everybody but heddle. */
function gitRefs(): readonly string[] {
  const refs = stage.git('for-each-ref', '--format=%(objectname) %(refname)').split('\n');
  return refs.filter((line) => !line.includes(' refs/heddle/'));
}

describe('content that a git ref holds too', () => {
  it.each([
    ['a branch', 'refs/heads/leak', 'commit'],
    ['a tag', 'refs/tags/leak', 'commit'],
    ['a tag on the content itself', 'refs/tags/leak', 'blob'],
    ['what was fetched from a remote', 'refs/remotes/origin/leak', 'commit'],
    ['a note', 'refs/notes/leak', 'commit'],
    ['a ref of another tool', 'refs/tool/leak', 'commit'],
  ])('stays in %s: the purge is incomplete, names it, and leaves all of it alone', async (_, ref, kind) => {
    const oracles = oraclesOf(stage);
    const { blob } = groundOf(stage);
    stage.git('update-ref', ref, kind === 'blob' ? blob : groundOf(stage).commitHolding());
    const tombstone = await redactSecret(stage);
    const refs = gitRefs();
    const answer = await stage.owner.answer('purge', [tombstone, '--yes'], { exit: 1 });
    expect(answer.outcome).toBe('incomplete');
    expect(answer.residue).toContainEqual(
      expect.objectContaining({ place: 'ref', where: ref, owner: 'git' }),
    );
    expect(gitRefs()).toEqual(refs);
    expect(stage.git('show', kind === 'blob' ? ref : `${ref}:${SECRET_PATH}`)).toContain(SECRET);
    expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
    const shown = await stage.owner.answer('tombstone-show', [tombstone]);
    expect(shown.receipts).toMatchObject([{ outcome: 'incomplete', here: true }]);
    expect(shown.receipts[0]?.places.join(' ')).toContain(ref);
    // Whoever takes it out of there purges again, and then nothing is left.
    stage.git('update-ref', '-d', ref);
    expect(await stage.owner.answer('purge', [tombstone, '--yes'])).toMatchObject({ outcome: 'complete' });
    expect(placesOf(stage, scanStage(stage, oracles))).toEqual([]);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('stays in the commit that a thread began from, which is told at the redaction already', async () => {
    stage.git('add', '-A');
    stage.git('commit', '-q', '-m', 'leak');
    const base = stage.git('rev-parse', 'HEAD');
    const beside = stage.beside('later');
    await stage.dev.ok(['start', 'task/later', '--from', 'main', '--worktree', beside]);
    stage.repository.write('../later/more', 'more\n');
    await stage.dev.ok(['capture'], { cwd: beside });
    const answer = await stage.owner.answer('redact', [SECRET_PATH, '--reason', 'a key']);
    expect(answer.residue).toContainEqual(expect.objectContaining({ place: 'ref', owner: 'git' }));
    const tombstone = String(answer.tombstone);
    const purged = await stage.owner.answer('purge', [tombstone, '--yes'], { exit: 1 });
    expect(purged.residue).toContainEqual(
      expect.objectContaining({ place: 'ref', where: 'refs/heads/main' }),
    );
    expect(stage.git('rev-parse', 'main')).toBe(base);
    expect(stage.git('show', `main:${SECRET_PATH}`)).toContain(SECRET);
  });
});

describe('content in a store that this clone borrows from', () => {
  it('is told and left alone: the purge is incomplete until it is gone there', async () => {
    const other = stage.beside('lender');
    stage.git('init', '-q', other);
    stage.repository.write('../lender/theirs', groundOf(stage).content);
    const blob = stage.repository.gitIn(other, 'hash-object', '-w', 'theirs');
    stage.repository.write('.git/objects/info/alternates', `${other}/.git/objects\n`);
    const tombstone = await redactSecret(stage);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes'], { exit: 1 });
    expect(answer.residue).toContainEqual(expect.objectContaining({ place: 'alternate', owner: 'git' }));
    const { findings } = scanStage(stage);
    expect(findings.every(({ file }) => file.startsWith(`${other}/`))).toBe(true);
    expect(stage.repository.gitIn(other, 'cat-file', '-t', blob)).toBe('blob');
    rmSync(other, { recursive: true });
    rmSync(stage.beside('work', '.git', 'objects', 'info', 'alternates'));
    expect(await stage.owner.answer('purge', [tombstone, '--yes'])).toMatchObject({ outcome: 'complete' });
    expect(placesOf(stage, scanStage(stage))).toEqual([]);
  });
});

describe('copies in a work tree', () => {
  it('go with it where they are exact, ignored ones too, and are named where they were edited', async () => {
    const { content } = groundOf(stage);
    stage.write('.gitignore', '*.bak\n');
    stage.write('copy.bak', content);
    stage.write('deep/er/copy.txt', content);
    stage.write('edited.bak', `${content}more\n`);
    const tombstone = await redactSecret(stage);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes'], { exit: 1 });
    expect(answer.residue).toContainEqual(
      expect.objectContaining({ place: 'worktree', where: 'edited.bak' }),
    );
    expect(placesOf(stage, scanStage(stage))).toEqual(['secret, work/edited.bak: raw, plain']);
    rmSync(stage.beside('work', 'edited.bak'));
    expect(await stage.owner.answer('purge', [tombstone, '--yes'])).toMatchObject({ outcome: 'complete' });
    expect(placesOf(stage, scanStage(stage))).toEqual([]);
  });
});

describe('a dry run', () => {
  it.each([
    ['redact', [SECRET_PATH, '--reason', 'why']],
    ['purge', [SECRET_PATH]],
  ] as const)('of %s changes no file anywhere', async (verb, argv) => {
    if (verb === 'purge') await redactSecret(stage);
    // What only the first reader of a repository writes is there then.
    await stage.owner.ok([verb, ...argv, '--dry-run']);
    const before = everything();
    expect(before.size).toBeGreaterThan(80);
    const answer = await stage.owner.answer(verb, [...argv, '--dry-run']);
    expect(answer).toMatchObject({ dryRun: true, operation: null });
    expect(everything()).toEqual(before);
  });

  it.each([
    ['an index', 'index', (): void => void stage.git('add', SECRET_PATH)],
    ['ORIG_HEAD', 'pseudo-ref', (): void => setOrigHead()],
    ['its own index', 'private-index', (): void => undefined],
    ['an object', 'loose-object', (): void => undefined],
  ] as const)('of purge names %s among what it destroys', async (_, place, plant) => {
    plant();
    const tombstone = await redactSecret(stage);
    const { residue } = await stage.owner.answer('purge', [tombstone, '--dry-run']);
    expect(residue).toContainEqual(expect.objectContaining({ place, owner: 'heddle' }));
    expect(JSON.stringify(residue)).not.toContain(SECRET);
  });
});

function setOrigHead(): void {
  stage.git('update-ref', 'ORIG_HEAD', groundOf(stage).commitHolding());
}

describe('a lift', () => {
  it('before the purge brings back the same carriers, and the purge is refused then', async () => {
    const carriers = (): string =>
      stage.git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heddle/threads');
    const before = carriers();
    const oracles = oraclesOf(stage);
    const tombstone = await redactSecret(stage);
    expect(carriers()).not.toBe(before);
    await stage.owner.ok(['undo']);
    expect(carriers()).toBe(before);
    expect(oraclesOf(stage)).toEqual(oracles);
    expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
    const run = await stage.owner.run(['purge', tombstone, '--yes', '--json']);
    expect(run.exit, story(run)).toBe(65);
    expect(scanStage(stage).findings.length).toBeGreaterThan(0);
  });

  it('after the purge is refused, whichever operation is named', async () => {
    const tombstone = await redactSecret(stage);
    const redacted = (await stage.owner.answer('oplog', ['-n', '1'])).operations[0]?.id ?? '';
    await stage.owner.ok(['purge', tombstone, '--yes']);
    const { operations } = await stage.owner.answer('oplog', ['-n', '2']);
    for (const operation of [redacted, ...operations.map(({ id }) => id)]) {
      const run = await stage.owner.run(['undo', operation, '--json']);
      expect(run.exit, story(run)).toBe(65);
    }
    expect(placesOf(stage, scanStage(stage))).toEqual([]);
  });
});

describe('a purge', () => {
  it('is refused where nothing was redacted', async () => {
    // The first mutation of a home makes its key of this clone.
    await stage.owner.run(['purge', SECRET_PATH, '--yes']);
    const before = everything();
    for (const name of [SECRET_PATH, `hr-${'0'.repeat(52)}`]) {
      const run = await stage.owner.run(['purge', name, '--yes', '--json']);
      expect(run.exit, story(run)).toBe(65);
      expect(['PURGE_REFUSED', 'NOT_FOUND']).toContain(printed(run)['code']);
    }
    expect(everything()).toEqual(before);
  });

  it.each([
    ['a token narrowed to purges', ['--allow', 'purge:apply']],
    ['a token narrowed in time', ['--allow', 'purge:apply,redact:apply', '--ttl', '1h']],
  ])('is denied to the owner with %s', async (_, more) => {
    const tombstone = await redactSecret(stage);
    const argv = ['token', 'attenuate', '--agent', 'cleaner', '--resource', 'acme/core'];
    await stage.owner.ok([...argv, '--out', '../cleaner.hcred', ...more]);
    const agent: Person = stage.owner.with({ HEDDLE_CREDENTIAL: stage.beside('cleaner.hcred') });
    const denied = denialOf(
      await expectDenial(stage, agent, { argv: ['purge', tombstone, '--yes'], code: 'FLOOR' }),
    );
    expect(denied.operation).toBe('purge:apply');
    expect(scanStage(stage).findings.length).toBeGreaterThan(0);
  });

  it('is denied to the owner whose root key is locked, and done once it is not', async () => {
    const other = new Stage();
    try {
      const file = other.beside('passphrase');
      writeFileSync(file, 'a long enough passphrase\n', { mode: 0o600 });
      const unlocked = other.owner.with({ HEDDLE_PASSPHRASE_FILE: file });
      await unlocked.ok('init --principal owner@example.com --namespace acme --name core'.split(' '));
      await unlocked.ok(['login']);
      await unlocked.ok(['start', 'work']);
      other.write(SECRET_PATH, `KEY=${SECRET}\n`);
      await unlocked.ok(['capture']);
      const tombstone = await redactSecret(other);
      await expectDenial(other, other.owner, { argv: ['purge', tombstone, '--yes'], code: 'UNLOCK_NEEDED' });
      expect(scanStage(other).findings.length).toBeGreaterThan(0);
      await unlocked.ok(['purge', tombstone, '--yes']);
      expect(placesOf(other, scanStage(other))).toEqual([]);
    } finally {
      other.dispose();
    }
  });

  it('that was done is not done again', async () => {
    const tombstone = await redactSecret(stage);
    await stage.owner.ok(['purge', tombstone, '--yes']);
    const before = stage.footprint();
    const again = await stage.owner.answer('purge', [tombstone, '--yes']);
    expect(again).toMatchObject({ outcome: 'complete', destroyed: [], operation: null });
    expect(stage.footprint()).toEqual(before);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});

describe('content that was removed', () => {
  it.each(['redacted', 'purged'])('is refused at capture once it is %s, under any name', async (status) => {
    const { content } = groundOf(stage);
    const tombstone = await redactSecret(stage);
    if (status === 'purged') await stage.owner.ok(['purge', tombstone, '--yes']);
    stage.write('another/name', content);
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['capture'], { exit: 65, code: 'CONTENT_SHUNNED' });
    expect(stage.footprint()).toEqual(before);
    rmSync(stage.beside('work', 'another'), { recursive: true });
    if (status === 'purged') {
      // A refused capture has looked at the file, and must not have kept it.
      expect(placesOf(stage, scanStage(stage, { blob: groundOf(stage).blob }))).toEqual([]);
    }
  });

  it('leaves neither its quarantine nor a key of it behind', async () => {
    const tombstone = await redactSecret(stage);
    const named = (): readonly string[] =>
      [...everything().keys()].filter((path) => path.includes(tombstone));
    expect(named().length).toBeGreaterThanOrEqual(2);
    await stage.owner.ok(['purge', tombstone, '--yes']);
    expect(named()).toEqual([]);
    expect(existsSync(stage.beside('work', SECRET_PATH))).toBe(true);
  });
});
