import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { expectRefusal } from '../../../support/cli/verb-contract.ts';

const SECRET = 'token = "never-again-0123456789"\n';

let stage: Stage;
let tombstone: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.write('src/main.ts', 'main();\n');
  await stage.dev.ok(['capture', '-m', 'Second']);
  const { tombstone: id } = await stage.owner.answer('redact', ['src/key.ts', '--reason', 'a token']);
  tombstone = id ?? '';
  await stage.owner.ok(['purge', tombstone, '--yes']);
  stage.write('src/main.ts', 'main(2);\n');
  await stage.dev.ok(['capture', '-m', 'Third']);
});
afterAll(() => stage.dispose());

/** As anybody clones, with default settings, and fetches what heddle keeps. */
function clone(from: string, to: string, refspecs = ['refs/heddle/*:refs/heddle/*']): string {
  stage.git('clone', '-q', stage.beside(from), stage.beside(to));
  stage.git('-C', stage.beside(to), 'fetch', '-q', 'origin', ...refspecs);
  return stage.beside(to);
}

describe('the clone of a repository with tombstones', () => {
  it.each([
    ['of the first', 'work', 'one'],
    ['of the clone', 'one', 'two'],
  ])('%s begins with all that was fetched, verified, and goes on', async (_, from, to) => {
    const cwd = clone(from, to);
    const told = await stage.owner.run(['status'], { cwd });
    expect([told.exit, told.stderr.includes('heddle init --adopt')]).toEqual([78, true]);
    const again = await stage.owner.json(['init', '--principal', 'owner@example.com'], { cwd, exit: 65 });
    expect([again['code'], String(again['hint']).includes('--adopt')]).toEqual(['ALREADY_INITIALISED', true]);

    const answer = await stage.owner.json(['init', '--adopt'], { cwd });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      repository: 'acme/core',
      keyMade: false,
      adopted: { owners: ['owner@example.com'], tombstones: 1 },
    });
    expect(await stage.owner.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
    const shown = await stage.owner.answer('tombstone-show', [tombstone], { cwd });
    expect(shown).toMatchObject({ status: 'purged', receipts: [{ here: false, outcome: 'complete' }] });

    await stage.dev.ok(
      ['start', `task/${to}`, '--from', 'task/login', '--worktree', stage.beside(`${to}-tree`)],
      {
        cwd,
      },
    );
    stage.write(`../${to}-tree/src/main.ts`, `main('${to}');\n`);
    await stage.dev.ok(['capture', '-m', 'Goes on'], { cwd: stage.beside(`${to}-tree`) });
    expect(await stage.owner.answer('verify', ['--all'], { cwd })).toMatchObject({ ok: true, findings: [] });
    stage.git('-C', cwd, 'fsck', '--full', '--strict');
  });
});

describe('nothing is begun', () => {
  const expectNothing = (cwd: string): void =>
    expect(existsSync(join(cwd, '.git', 'heddle', 'clone.json'))).toBe(false);

  it('where nothing was fetched, and no remote is there to fetch from', async () => {
    stage.git('clone', '-q', stage.path, stage.beside('bare-of-it'));
    const cwd = stage.beside('bare-of-it');
    stage.git('-C', cwd, 'remote', 'remove', 'origin');
    await expectRefusal(stage.owner, ['init', '--adopt'], { exit: 65, code: 'ADOPT_REFUSED', cwd });
    expectNothing(cwd);
  });

  it('where the genesis is not the one that was named', async () => {
    const cwd = clone('work', 'another');
    const genesis = `hg-${'0'.repeat(52)}`;
    const refused = await stage.owner.json(['init', '--adopt', '--genesis', genesis], { cwd, exit: 65 });
    expect(refused).toMatchObject({ code: 'ADOPT_REFUSED', facts: { expected: genesis } });
    expectNothing(cwd);
  });

  it('where a thread leads to what does not verify; without it the rest begins', async () => {
    const cwd = clone('work', 'bad');
    stage.git('-C', cwd, 'update-ref', 'refs/heddle/threads/task/evil', 'refs/heddle/threads/task/login');
    const refused = await stage.owner.json(['init', '--adopt'], { cwd, exit: 65 });
    expect(refused['code']).toBe('ADOPT_REFUSED');
    expect(JSON.stringify(refused['facts'])).toContain('task/evil');
    expectNothing(cwd);
    stage.git('-C', cwd, 'update-ref', '-d', 'refs/heddle/threads/task/evil');
    await stage.owner.ok(['init', '--adopt'], { cwd });
    await expectRefusal(stage.owner, ['init', '--adopt'], { exit: 65, code: 'ALREADY_INITIALISED', cwd });
  });
});
