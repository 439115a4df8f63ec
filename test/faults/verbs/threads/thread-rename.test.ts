import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';
import { killVerb, SLOW } from '../sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One']);
});
afterEach(() => stage.dispose());

describe('thread rename', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['thread', 'rename', 'task/login', 'task/sign-in'],
      next: ['start', 'task/next', '--worktree', stage.beside('next')],
      sample: 3,
      look: async () => {
        const { threads } = await stage.dev.answer('thread-list');
        const { thread, changed } = await stage.dev.answer('status');
        return [threads.map(({ thread: name, worktree }) => [name, worktree]), thread, changed];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
