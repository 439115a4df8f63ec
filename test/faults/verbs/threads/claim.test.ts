import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';
import { killVerb, SLOW } from '../sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
});
afterEach(() => stage.dispose());

describe('thread claim and thread release', { timeout: SLOW }, () => {
  it.each(['claim', 'release'])('killed at any step, %s leaves old or new, never a third', async (verb) => {
    if (verb === 'release') await stage.dev.ok(['thread', 'claim', 'task/login']);
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['thread', verb, 'task/login'],
      next: ['start', 'task/next', '--worktree', stage.beside('next')],
      sample: 3,
      look: async () => {
        const { claim } = await stage.dev.answer('thread-show', ['task/login']);
        const { operations } = await stage.dev.answer('oplog');
        return [claim !== null, operations.map(({ op }) => op)];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
