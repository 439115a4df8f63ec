import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { found, Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let api: string;
/** `task/login` stands in the main worktree, where main is checked out; `task/api` in one of its own. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('app.txt', 'one\n');
  stage.repository.commit('base');
  await stage.withDev();
  api = stage.beside('api');
  await stage.dev.ok(['start', 'task/api', '--worktree', api]);
  writeFileSync(join(api, 'new.txt'), 'new\n');
  await stage.dev.ok(['capture', '-m', 'work'], { cwd: api });
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const LAND = ['land', 'task/api', '--onto', 'main'];

/** What a dry run finds first, in JSON and in words, and what helps against it. */
async function problem(): Promise<{
  readonly code: string;
  readonly advice: string | null;
  readonly fix: readonly string[];
}> {
  const { problems } = await stage.owner.answer('land', [...LAND.slice(1), '--dry-run'], { exit: 1 });
  const { code, advice, fix } = found(problems[0]);
  const { stdout, exit } = await stage.owner.run([...LAND, '--dry-run']);
  expect(exit).toBe(1);
  expect(stdout).toContain(`! ${code}: `);
  expect(stdout).toContain(`  fix: ${fix?.join(' ')}\n`);
  expect(stdout.includes('  hint: ')).toBe(advice !== null);
  expect(stdout).toContain(advice ?? '');
  return { code, advice, fix: found(fix ?? undefined) };
}

describe('what is in the way of a landing is told with what helps', () => {
  it('where another thread stands, where work was not captured; then it says how far the branch went on', async () => {
    const foreign = await problem();
    expect(foreign).toMatchObject({
      code: 'LAND_REFUSED',
      advice: 'leave the files there to that thread',
      fix: ['git', '-C', stage.path, 'switch', '--detach'],
    });
    await expectRefusal(stage.owner, LAND, { exit: 65, code: 'LAND_REFUSED' });
    expect((await stage.owner.run(LAND)).stderr).toContain(
      `hint: leave the files there to that thread with \`git -C ${stage.path} switch --detach\`\n`,
    );
    stage.git(...foreign.fix.slice(1));
    writeFileSync(join(api, 'new.txt'), 'newer\n');
    const dirty = await problem();
    expect(dirty).toMatchObject({
      code: 'WORKTREE_DIRTY',
      advice: 'save them',
      fix: ['heddle', '-C', api, 'capture'],
    });
    await expectRefusal(stage.owner, LAND, { exit: 65, code: 'WORKTREE_DIRTY' });
    await stage.dev.ok(dirty.fix.slice(1));
    stage.git('switch', '-q', 'main');
    stage.write('late.txt', 'late\n');
    stage.repository.commit('late');
    stage.git('switch', '-q', '--detach');
    expect((await stage.owner.ok(LAND)).stdout).toContain('main went on by 1 commit since, and is merged\n');
  });

  it('where nobody signed a state', async () => {
    stage.git('switch', '-q', '--detach');
    const ref = 'refs/heddle/threads/task/api';
    const rows = stage.git('ls-tree', ref).split('\n');
    const signed = rows.filter((row) => !row.endsWith('attestation.json'));
    expect(signed).toHaveLength(rows.length - 1);
    const tree = stage.repository.gitBytes(stage.path, ['mktree'], Buffer.from(`${signed.join('\n')}\n`));
    const commit = stage.git('commit-tree', tree.toString().trim(), '-p', `${ref}^`, '-m', 'unsigned');
    stage.git('update-ref', ref, commit);
    expect(await problem()).toMatchObject({
      code: 'LAND_REFUSED',
      fix: ['heddle', 'start', 'NAME', '--from', 'main', '--worktree', 'DIR'],
    });
    await expectRefusal(stage.owner, LAND, { exit: 65, code: 'LAND_REFUSED' });
    const own = stage.beside('own');
    await stage.owner.ok(['start', 'task/own', '--from', 'main', '--worktree', own]);
    await stage.owner.ok(['restore', '.', '--from', 'task/api'], { cwd: own });
    await stage.owner.ok(['capture', '-m', 'looked at'], { cwd: own });
    await stage.owner.ok(['land', 'task/own', '--onto', 'main']);
    expect(stage.git('show', 'main:new.txt')).toBe('new');
  });
});
