import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW } from './sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  for (const text of ['one\n', 'two\n']) {
    stage.write('src/a.ts', text);
    await stage.dev.ok(['capture', '-m', text.trim()]);
  }
});
afterEach(() => stage.dispose());

describe('undo', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['undo'],
      next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
      sample: 4,
      look: async () => {
        const { states } = await stage.dev.answer('log', ['task/login']);
        const { operations } = await stage.dev.answer('oplog');
        const { changed } = await stage.dev.answer('status');
        return [states.map(({ intent }) => intent), operations.map(({ op }) => op), changed];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });

  it('that is taken back by redo, killed anywhere, leaves old or new too', async () => {
    await stage.dev.ok(['undo']);
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['redo'],
      next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
      sample: 2,
      look: async () => {
        const { states } = await stage.dev.answer('log', ['task/login']);
        const { operations } = await stage.dev.answer('oplog');
        const { changed } = await stage.dev.answer('status');
        return [states.map(({ intent }) => intent), operations.map(({ op }) => op), changed];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
