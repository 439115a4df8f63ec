import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';
import { killVerb, SLOW } from '../sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  stage.write('docs/a.md', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One']);
});
afterEach(() => stage.dispose());

describe('thread split', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['thread', 'split', 'task/login', '--into', 'task/docs', '--', 'docs'],
      next: ['start', 'task/next', '--worktree', stage.beside('next')],
      sample: 3,
      look: async () => {
        const { threads } = await stage.dev.answer('thread-list');
        const { changed } = await stage.dev.answer('status');
        const files = existsSync(`${stage.path}/docs/a.md`);
        return [threads.map(({ thread, states }) => [thread, states]), changed, files];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
