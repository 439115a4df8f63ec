import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, type VerbSweep, SLOW } from './sweep-verb.ts';

let stage: Stage;
let options: Omit<VerbSweep, 'sample'>;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.write('src/a.ts', 'two\n');
  stage.write('src/b.ts', 'new\n');
  options = {
    stage,
    person: stage.dev,
    argv: ['capture', '-m', 'Second'],
    next: ['start', 'task/next', '--worktree', stage.beside('next')],
    look: async () => {
      const { states } = await stage.dev.answer('log', ['task/login']);
      const { operations } = await stage.dev.answer('oplog');
      const { changed } = await stage.dev.answer('status');
      return [
        states.map(({ intent }) => intent),
        operations.filter(({ op }) => op === 'capture').length,
        changed,
      ];
    },
  };
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('capture', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted, kinds } = await killVerb({ ...options, sample: 5, fullDisk: 2 });
    expect(counted.git.length).toBeGreaterThan(2);
    expect(Object.keys(kinds).length).toBeGreaterThan(3);
  });

  it('--amend killed at any step leaves the state or the one in its place', async () => {
    await killVerb({ ...options, argv: ['capture', '--amend', '-m', 'Second'], sample: 2 });
  });
});
