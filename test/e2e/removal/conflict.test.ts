import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { found, Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';
import { SECRET } from '../../support/plant/secret-stage.ts';

const FILE = 'config/key.env';
const LAND = ['task/api', '--onto', 'main'];

let stage: Stage;
let api: string;
/** The thread's content. */
let blob: string;
const here = {
  get cwd(): string {
    return api;
  },
};
/** `task/api` has a secret in a file that main changed too. */
beforeAll(async () => {
  stage = new Stage();
  stage.write(FILE, 'KEY=\nLEVEL=1\n');
  stage.repository.commit('base');
  await stage.begin();
  api = stage.beside('api');
  await stage.owner.ok(['start', 'task/api', '--worktree', api]);
  stage.write(join('..', 'api', FILE), `KEY=${SECRET}\nLEVEL=1\n`);
  await stage.owner.ok(['capture', '-m', 'work'], here);
  blob = stage.git('rev-parse', `refs/heddle/threads/task/api:files/${FILE}`);
  stage.write(FILE, 'KEY=none\nLEVEL=1\n');
  stage.repository.commit('meanwhile');
  stage.git('checkout', '-q', '--detach');
  await stage.owner.answer('land', LAND, { ...here, exit: 1 });
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** Hides the thread's content and destroys it. */
async function purge(): Promise<void> {
  const redact = [FILE, '--state', 'task/api', '--reason', 'a key'];
  const { tombstone } = await stage.owner.answer('redact', redact);
  const { outcome } = await stage.owner.answer('purge', [found(tombstone), '--yes']);
  expect(outcome).toBe('complete');
  expect(stage.git('for-each-ref', 'refs/heddle/snapshots')).toBe('');
  expect(stage.gitCode('cat-file', '-e', blob)).toBe(1);
}

describe('a purge of what was in conflict', () => {
  it('takes the snapshots of a landing away that was taken back, and the log names no content', async () => {
    await stage.owner.ok(['abort'], here);
    expect(stage.git('for-each-ref', 'refs/heddle/snapshots').split('\n')).toHaveLength(2);
    await purge();
    await expectRefusal(stage.owner, ['undo'], { exit: 65, code: 'UNDO_REFUSED', ...here });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('leaves a landing that waits to be taken back, and no path unmerged', async () => {
    await purge();
    const { landing } = await stage.owner.answer('status', [], here);
    expect(landing?.unmerged).toEqual([FILE]);
    await stage.owner.ok(['abort'], here);
    expect(readFileSync(join(api, FILE), 'utf8')).toContain('# redacted');
    expect(stage.git('-C', api, 'ls-files', '--unmerged')).toBe('');
    expect((await stage.owner.answer('status', [], here)).landing).toBeNull();
    const { problems } = await stage.owner.answer('land', [...LAND, '--dry-run'], {
      ...here,
      exit: 1,
    });
    expect(problems.map(({ code }) => code)).toContain('LAND_CONFLICT');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });
});
