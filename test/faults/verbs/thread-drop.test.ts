import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW } from './sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  await stage.dev.ok(['start', 'task/other', '--worktree', stage.beside('other')]);
  stage.write('../other/src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One'], { cwd: stage.beside('other') });
});
afterEach(() => stage.dispose());

describe('thread drop', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['thread', 'drop', 'task/other'],
      next: ['start', 'task/next', '--worktree', stage.beside('next')],
      sample: 6,
      look: async () => {
        const { threads } = await stage.dev.answer('thread-list');
        const { operations } = await stage.dev.answer('oplog');
        return [
          threads.map(({ thread, worktree }) => [thread, worktree]),
          operations.map(({ op }) => op),
          existsSync(stage.beside('other', 'src', 'a.ts')),
        ];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
