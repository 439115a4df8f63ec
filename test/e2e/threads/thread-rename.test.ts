import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let head: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  head = (await stage.dev.answer('capture', ['-m', 'One'])).state;
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const RENAME = ['thread', 'rename', 'task/login', 'task/sign-in'];

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
}

describe('thread rename', () => {
  itNeedsARepository(RENAME);

  it('gives the thread another name, and whoever stands on it goes on; undo gives the old one back', async () => {
    stage.write('src/a.ts', 'two\n');
    const before = stage.footprint();
    const answer = await stage.dev.answer('thread-rename', ['task/login', 'task/sign-in']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/sign-in',
      from: 'task/login',
      head,
      worktrees: [stage.path],
    });
    const { states } = await stage.dev.answer('log');
    expect(states.map(({ state, thread }) => [state, thread])).toEqual([
      [answer.state, 'task/sign-in'],
      [head, 'task/login'],
    ]);
    const undone = await stage.dev.answer('undo');
    expect(schemaProblems(undone)).toEqual([]);
    expect(undone).toMatchObject({ op: 'thread-rename', states: [head] });
    expect(stage.footprint().threads).toEqual(before.threads);
    expect(await stage.dev.answer('status')).toMatchObject({ thread: 'task/login', state: head });
    await stage.dev.ok(['capture', '-m', 'Two']);
    await expectSound();
  });

  it('lands with what was done under the old name, and says what it did', async () => {
    const run = await stage.dev.ok(RENAME);
    expect(run.stdout).toMatch(
      /^task\/login is called task\/sign-in\n {2}it goes on from hs-\w+, which changes nothing\n {2}\S+ stands on it\n$/,
    );
    expect((await stage.dev.answer('blame', ['src/a.ts'])).lines).toMatchObject([{ state: head }]);
    await stage.owner.ok(['land', 'task/sign-in', '--onto', 'main']);
    expect(stage.git('show', 'main:src/a.ts')).toContain('one');
    expect(stage.git('log', '-1', '--format=%B', 'main')).not.toContain('renamed from');
    await expectSound();
  });

  it('refuses names that are taken or none, and whoever may not', async () => {
    await expectRefusal(stage.dev, ['thread', 'rename', 'task/none', 'x'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['thread', 'rename', 'task/login', 'task/Login'], {
      exit: 65,
      code: 'THREAD_NAME_COLLISION',
    });
    await expectRefusal(stage.dev, ['thread', 'rename', 'task/login', 'a b'], {
      exit: 64,
      code: 'THREAD_NAME_INVALID',
    });
    await expectRefusal(stage.dev, ['thread', 'rename', 'task/login'], { exit: 64, code: 'USAGE' });
    const agent = await stage.agent('worker', {
      allow: 'thread:drop,thread:start,state:capture,state:read',
      resource: 'acme/core@task/login',
    });
    await expectDenial(stage, agent, { argv: RENAME, code: 'ROLE_INSUFFICIENT' });
  });
});
