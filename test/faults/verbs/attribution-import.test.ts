import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from './sweep-verb.ts';

const NOTE = `src/a.ts
  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1
---
{"schema_version":"authorship/3.0.0","base_commit_sha":"","prompts":{}}
`;

let stage: Stage;
let options: Omit<VerbSweep, 'sample'>;
beforeAll(async () => {
  stage = await new Stage().begin();
  stage.write('src/a.ts', 'a\n');
  stage.repository.commit('by another tool');
  stage.write('../note', NOTE);
  options = {
    stage,
    person: stage.owner,
    argv: ['attribution', 'import', 'HEAD', '--format', 'git-ai', '--from', '../note'],
    next: ['start', 'task/next', '--worktree', stage.beside('next')],
    look: async () => {
      const { operations } = await stage.owner.answer('oplog');
      const { lines } = await stage.owner.answer('blame', ['src/a.ts', '--at', 'HEAD', '--imports']);
      return [operations.map(({ op }) => op), lines.map(({ how }) => how)];
    },
  };
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('attribution import', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted } = await killVerb({ ...options, sample: 2, fullDisk: 2 });
    expect(counted.git.length).toBeGreaterThan(1);
  });

  it('killed while it is taken back leaves old or new, too', async () => {
    await stage.owner.ok(options.argv);
    await killVerb({ ...options, argv: ['undo'], sample: 2 });
  });

  it('killed while notes are written leaves old or new, too', async () => {
    stage.write('src/a.ts', 'b\n');
    await stage.owner.ok(['start', 'work']);
    await stage.owner.ok(['capture']);
    stage.repository.commit('captured');
    await killVerb({
      ...options,
      argv: ['attribution', 'export', '--format', 'git-ai', '--write-notes'],
      look: async () => {
        const { operations } = await stage.owner.answer('oplog');
        return [operations.map(({ op }) => op), stage.gitCode('notes', '--ref=ai', 'show', 'HEAD')];
      },
      sample: 2,
    });
  });
});
