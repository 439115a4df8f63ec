import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CleanOfResult } from '#domain/results/removal-results.ts';
import { scan } from '../../../support/byte-scanner/scan.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage, type Person } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../../support/cli/verb-contract.ts';

const SECRET = 'mail-key-6f1d0c2b7e-in-git';

let stage: Stage;
let tombstone: string;
/** Ids of commits that hold it, or stand on one that does. */
let old: readonly string[];
let clean: string;

/** A branch holds the secret, work that grew from it was landed on it, and the secret is redacted. */
beforeAll(async () => {
  stage = await new Stage().begin();
  clean = stage.git('rev-parse', 'HEAD');
  stage.write('conf/.env', `KEY=${SECRET}\n`);
  stage.git('add', '-f', 'conf/.env');
  stage.git('commit', '-q', '-m', 'leak');
  await stage.owner.ok(['start', 'task/two']);
  stage.write('src/new.ts', 'one\ntwo\n');
  await stage.owner.ok(['capture', '-m', 'work']);
  await stage.owner.ok(['land', 'task/two', '--onto', 'main']);
  stage.git('tag', '-a', 'v1', '-m', 'v1');
  old = stage.git('rev-list', `${clean}..main`).split('\n');
  const redacted = await stage.owner.answer('redact', ['conf/.env', '--reason', 'a mail key']);
  tombstone = String(redacted.tombstone);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const rewrite = (): readonly string[] => ['purge', tombstone, '--yes', '--rewrite-git'];

describe('purge --rewrite-git', () => {
  it('takes the bytes out of every ref, and what is told of the work follows', async () => {
    const before = await stage.owner.answer('blame', ['src/new.ts']);
    stage.write('src/new.ts', 'one\ntwo, changed\n');
    const answer = await stage.owner.answer('purge', [tombstone, '--yes', '--rewrite-git']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ outcome: 'complete', rewritten: { commits: old.length + 1, stashes: 0 } });
    expect(answer.rewritten?.refs).toEqual([
      'refs/heads/main',
      'refs/heddle/threads/task/two',
      'refs/tags/v1',
    ]);
    expect(scan({ directories: [stage.path], secrets: { secret: SECRET } }).findings).toEqual([]);
    expect(stage.git('status', '--porcelain')).toBe(' M src/new.ts');
    expect(stage.git('show', 'main:conf/.env')).toContain(`redacted ${tombstone}`);
    expect(stage.git('fsck', '--full', '--no-dangling')).toBe('');
    stage.git('checkout', '-q', '--', 'src/new.ts');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    const after = await stage.owner.answer('blame', ['src/new.ts']);
    expect(after.lines.map(({ state, how }) => [state, how])).toEqual(
      before.lines.map(({ state, how }) => [state, how]),
    );
    // What stays of the old ids is told by the receipt, for whoever asks later, and travels with it.
    const { receipts } = await stage.owner.answer('tombstone-show', [tombstone]);
    expect(receipts.map(({ outcome, places }) => [outcome, places])).toEqual([
      ['complete', ['commit-ids heddle/oplog', 'commit-ids refs/heddle/threads']],
    ]);
    const { stdout } = await stage.owner.ok(['tombstone', 'show', tombstone]);
    expect(stdout).toContain('who has all else of such a commit can test a guess:');
    expect(stdout).not.toContain('where it still stood');
    expect(stage.leftovers()).toEqual([]);
  });

  it('leaves no id of a commit that held it where commits are mapped, and work goes on from there', async () => {
    await stage.owner.ok(rewrite());
    const directory = join(stage.path, '.git', 'heddle', 'rewrite');
    const kept = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    expect(kept.join('')).toContain(stage.git('rev-parse', 'main'));
    for (const id of old) expect(kept.join('')).not.toContain(id);
    stage.write('src/new.ts', 'one\ntwo\nthree\n');
    await stage.owner.ok(['capture', '-m', 'more']);
    const landed = await stage.owner.answer('land', ['task/two', '--onto', 'main']);
    // What was landed before is known by the commit in whose place another stands.
    expect(landed.states).toHaveLength(1);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(stage.git('show', 'main:src/new.ts')).toBe('one\ntwo\nthree');
  });

  it('shows first what it would do: refs, work trees, signatures; without it the branch is named', async () => {
    const before = stage.footprint();
    const { stdout } = await stage.owner.ok(['purge', tombstone, '--rewrite-git', '--dry-run']);
    expect(stdout).toContain(`would give ${old.length + 1} commits another id`);
    expect(stdout).toContain('refs/heads/main is checked out in');
    const plain = await stage.owner.answer('purge', [tombstone, '--dry-run']);
    expect(plain.rewritten).toBeNull();
    expect(stage.footprint()).toEqual(before);
  });

  it('is refused where history is not all there, before anything was ordered', async () => {
    stage.write('.git/shallow', `${clean}\n`);
    await expectRefusal(stage.owner, rewrite(), { exit: 65, code: 'REWRITE_REFUSED' });
    expect((await stage.owner.answer('tombstone-show', [tombstone])).status).toBe('redacted');
  });

  it('is denied through a token that somebody narrowed', async () => {
    const argv =
      'token attenuate --agent cleaner --allow purge:apply --resource acme/core --out ../cleaner.hcred';
    await stage.owner.ok(argv.split(' '));
    const agent = stage.owner.with({ HEDDLE_CREDENTIAL: stage.beside('cleaner.hcred') });
    await expectDenial(stage, agent, { argv: rewrite(), code: 'FLOOR' });
  });
});

describe('what is left to do about other copies', () => {
  it('is written down where that is asked for: for this user alone, without a byte or an old id, over nothing', async () => {
    const kit = stage.beside('clean-up.md');
    await stage.owner.ok([...rewrite(), '--kit', kit]);
    const text = readFileSync(kit, 'utf8');
    expect(statSync(kit).mode & 0o777).toBe(0o600);
    expect(text).toContain("git push --force origin 'refs/heads/main:refs/heads/main'");
    expect(text).toContain(`heddle verify --clean-of ${tombstone}`);
    for (const hidden of [SECRET, 'conf/.env', ...old]) expect(text).not.toContain(hidden);
    const again = await stage.owner.run([...rewrite(), '--kit', kit]);
    expect(again.exit).toBe(73);
    expect(readFileSync(kit, 'utf8')).toBe(text);
    // Later, too, as long as this clone knows what it moved.
    await stage.owner.ok(['purge', tombstone, '--yes', '--kit', stage.beside('later.md')]);
    expect(readFileSync(stage.beside('later.md'), 'utf8')).toBe(text);
  });

  it('is not begun where the file cannot be made', async () => {
    stage.write('taken', 'mine\n');
    const before = stage.footprint();
    await expectRefusal(stage.owner, [...rewrite(), '--kit', 'taken'], { exit: 73, code: 'OUTPUT_EXISTS' });
    expect(stage.footprint()).toEqual(before);
  });
});

describe('verify --clean-of', () => {
  const ask = async (person: Person, exit: number): Promise<CleanOfResult> =>
    (await person.json(['verify', '--clean-of', tombstone], { exit })) as unknown as CleanOfResult;
  const cleanOf = (exit: number): Promise<CleanOfResult> => ask(stage.owner, exit);

  it('tells what this clone knows: it holds it, is clean, and holds it again once somebody fetched it', async () => {
    const before = stage.footprint();
    const held = await cleanOf(1);
    expect(schemaProblems(held)).toEqual([]);
    expect(held).toMatchObject({ verdict: 'holds', by: 'content' });
    expect(held.places.map(({ place }) => place)).toContain('quarantine');
    expect(stage.footprint()).toEqual(before);
    const copy = stage.beside('copy.git');
    stage.git('clone', '-q', '--bare', '.', copy);
    await stage.owner.ok(rewrite());
    expect(await cleanOf(0)).toMatchObject({ verdict: 'clean', by: 'digest', places: [] });
    stage.git('fetch', '-q', copy, 'main:refs/heads/brought-back');
    const again = await cleanOf(1);
    expect(again).toMatchObject({ verdict: 'holds', by: 'digest' });
    expect(again.places).toContainEqual(expect.objectContaining({ where: 'refs/heads/brought-back' }));
    const { stdout } = await stage.owner.run(['verify', '--clean-of', tombstone]);
    expect(stdout).toContain('git fetch --prune');
  });

  it('looks for a secret that is given, and shows it nowhere', async () => {
    const argv = ['verify', '--clean-of', tombstone, '--secret', '-'];
    const run = await stage.owner.run(argv, { stdin: `${SECRET}\n` });
    expect(run.exit).toBe(1);
    expect(run.stdout + run.stderr).not.toContain(SECRET);
    await stage.owner.ok(rewrite());
    const clean = await stage.owner.run(argv, { stdin: `${SECRET}\n` });
    expect(clean.exit, clean.stdout).toBe(0);
  });

  it('cannot tell in a clone that kept nothing, since nothing that travels says what it was', async () => {
    await stage.owner.ok(rewrite());
    const clone = stage.beside('colleague');
    stage.git('clone', '-q', '--no-local', '.', clone);
    stage.git('-C', clone, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
    const colleague = stage.person('colleague').with({}, clone);
    await colleague.ok(['init', '--adopt', '--no-passphrase', '--principal', 'c@example.com']);
    const answer = await ask(colleague, 78);
    expect(answer).toMatchObject({ verdict: 'unknown', by: null, places: [] });
    expect((await colleague.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('tells an agent without a credential nothing by which it could test a guess, nor does a dry run', async () => {
    const agent = stage.owner.with({ CLAUDECODE: '1' });
    for (const argv of [
      ['verify', '--clean-of', tombstone],
      ['purge', tombstone, '--dry-run'],
    ]) {
      const outcomes = [];
      for (const guess of [`KEY=${SECRET}\n`, 'KEY=mail-key-0000000000-in-git\n']) {
        stage.write('guess', guess);
        const { exit, stdout, stderr } = await agent.run(argv);
        outcomes.push([exit, stdout, stderr]);
      }
      expect(outcomes[0]?.[0], argv[0]).toBe(77);
      expect(outcomes[0]).toEqual(outcomes[1]);
    }
    await stage.owner.ok(rewrite());
    const run = await agent.run(['verify', '--clean-of', tombstone]);
    expect(run.exit).toBe(77);
  });

  it('is refused for a tombstone that there is not, and a secret without one', async () => {
    const run = await stage.owner.run(['verify', '--clean-of', 'hr-00000000', '--json']);
    expect(run.exit).toBe(65);
    await expectRefusal(stage.owner, ['verify', '--secret', '-'], { exit: 64, code: 'USAGE' });
  });
});
