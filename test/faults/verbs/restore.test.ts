import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from './sweep-verb.ts';

const FILES = Array.from({ length: 12 }, (_, index) => `src/deep/${index}.ts`);

let stage: Stage;
let options: Omit<VerbSweep, 'sample'>;
beforeAll(async () => {
  stage = await new Stage().withDev();
  for (const path of FILES) stage.write(path, `first ${path}\n`);
  await stage.dev.ok(['capture', '-m', 'First']);
  for (const path of FILES.slice(1)) stage.write(path, `second ${path}\n`);
  stage.repository.remove(FILES[0] ?? '');
  stage.write('src/new.ts', 'new\n');
  const content = (path: string): string | null => {
    const absolute = stage.repository.absolute(path);
    return existsSync(absolute) ? readFileSync(absolute, 'utf8') : null;
  };
  options = {
    stage,
    person: stage.dev,
    argv: ['restore', 'src'],
    next: ['start', 'task/next', '--worktree', stage.beside('next')],
    look: async () => {
      const { operations } = await stage.dev.answer('oplog');
      const { changed } = await stage.dev.answer('status');
      return [
        [...FILES, 'src/new.ts'].map(content),
        operations.filter(({ op }) => op === 'restore' || op === 'redo').length,
        changed,
      ];
    },
  };
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('restore', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted, kinds } = await killVerb({ ...options, sample: 4, fullDisk: 2 });
    expect(counted.steps.length).toBeGreaterThan(30);
    expect(Object.keys(kinds).length).toBeGreaterThan(1);
  });

  it('killed while it is taken back leaves old or new, too', async () => {
    await stage.dev.ok(['restore', 'src']);
    await killVerb({ ...options, argv: ['undo'], sample: 2 });
  });

  it('killed while it is done again leaves old or new, too', async () => {
    await stage.dev.ok(['restore', 'src']);
    await stage.dev.ok(['undo']);
    await killVerb({ ...options, argv: ['redo'], sample: 2 });
  });

  it('finishes what a killed git began: files that are gone, or only begun', async () => {
    await stage.dev.ok(['restore', 'src']);
    stage.write('src/deep/3.ts', 'sec');
    stage.repository.remove('src/deep/4.ts');
    await stage.dev.ok(['undo']);
    for (const path of FILES.slice(1)) {
      expect(readFileSync(stage.repository.absolute(path), 'utf8')).toBe(`second ${path}\n`);
    }
  });
});
