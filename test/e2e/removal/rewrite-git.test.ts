import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

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
