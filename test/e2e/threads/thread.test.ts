import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One']);
  await stage.dev.ok(['start', 'task/other', '--from', 'task/login', '--worktree', stage.beside('other')]);
});
afterAll(() => stage.dispose());

describe('thread list', () => {
  itNeedsARepository(['thread', 'list']);

  it('lists threads with head, number of states, actor and worktree', async () => {
    const answer = await stage.dev.answer('thread-list');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.threads).toMatchObject([
      { thread: 'task/login', states: 1, principal: 'dev@example.com', current: true, worktree: stage.path },
      { thread: 'task/other', current: false, worktree: stage.beside('other') },
    ]);
    const { stdout } = await stage.dev.ok(['thread', 'list']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
  });
});

describe('thread show', () => {
  itNeedsARepository(['thread', 'show', 'task/login']);

  it('shows where a thread stands', async () => {
    const answer = await stage.dev.answer('thread-show', ['task/login']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/login',
      task: 'Let people log in',
      startedBy: 'dev@example.com',
      base: stage.git('rev-parse', 'HEAD'),
    });
  });

  it('refuses a thread that is not there', async () => {
    await expectRefusal(stage.dev, ['thread', 'show', 'task/none'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['thread', 'show'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.dev, ['thread', 'drop'], { exit: 64, code: 'USAGE' });
  });
});
