import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { githubToken } from '../../support/secrets/secret-shapes.ts';
import { killVerb, SLOW } from './sweep-verb.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
});
afterEach(() => stage.dispose());

describe('secrets allow', { timeout: SLOW }, () => {
  it('killed at any step, leaves old or new, never a third', async () => {
    stage.write('key.txt', `${githubToken()}\n`);
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { counted } = await killVerb({
      stage,
      person: stage.dev,
      argv: ['secrets', 'allow', 'key.txt', '--until', until, '--reason', 'made up'],
      next: ['start', 'task/next', '--worktree', stage.beside('next')],
      sample: 3,
      look: async () => {
        const { exceptions } = await stage.dev.answer('secrets-list');
        const { operations } = await stage.dev.answer('oplog');
        return [exceptions.length, operations.map(({ op }) => op)];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
