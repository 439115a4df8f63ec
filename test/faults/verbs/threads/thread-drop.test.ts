import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from '../sweep-verb.ts';

let stage: Stage;
let other: string;
beforeEach(async () => {
  stage = await new Stage().withDev();
  other = stage.beside('other');
  await stage.dev.ok(['start', 'task/other', '--worktree', other]);
  stage.write('../other/src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One'], { cwd: other });
});
afterEach(() => stage.dispose());

function sweepOf(argv: readonly string[]): Omit<VerbSweep, 'sample'> {
  return {
    stage,
    person: stage.dev,
    argv,
    next: ['start', 'task/next', '--worktree', stage.beside('next')],
    look: async () => {
      // What a killed scan left in a worktree goes with the next one there.
      if (existsSync(other)) await stage.dev.answer('status', [], { cwd: other });
      const { threads } = await stage.dev.answer('thread-list');
      const { operations } = await stage.dev.answer('oplog');
      return [
        threads.map(({ thread, worktree }) => [thread, worktree]),
        operations.map(({ op }) => op),
        existsSync(`${other}/src/a.ts`),
      ];
    },
  };
}

describe('thread drop', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({ ...sweepOf(['thread', 'drop', 'task/other']), sample: 4 });
    expect(counted.git.length).toBeGreaterThan(1);
  });

  it('that is done again, killed anywhere, leaves old or new too', async () => {
    await stage.dev.ok(['thread', 'drop', 'task/other']);
    await stage.dev.ok(['undo']);
    await killVerb({ ...sweepOf(['redo']), sample: 2 });
  });
});
