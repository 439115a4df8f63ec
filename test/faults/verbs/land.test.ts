import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from './sweep-verb.ts';

let stage: Stage;
/** A thread in a worktree of its own; main is checked out in the main worktree, and went on meanwhile. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('src/app.txt', 'one\ntwo\nthree\nfour\nfive\n');
  stage.write('src/old.txt', 'goes\n');
  stage.repository.commit('base');
  await stage.begin();
  const api = stage.beside('api');
  await stage.owner.ok(['start', 'task/api', '--worktree', api]);
  writeFileSync(join(api, 'src', 'app.txt'), 'one\ntwo\nthree\nfour\nFIVE\n');
  writeFileSync(join(api, 'src', 'new.txt'), 'comes\n');
  stage.repository.git('-C', api, 'rm', '-q', 'src/old.txt');
  await stage.owner.ok(['capture', '-m', 'work'], { cwd: api });
  stage.write('src/app.txt', 'ONE\ntwo\nthree\nfour\nfive\n');
  stage.repository.commit('meanwhile');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

function sweepOf(argv: readonly string[]): VerbSweep {
  return {
    stage,
    person: stage.owner,
    argv,
    next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
    sample: 4,
    look: async () => {
      const { operations } = await stage.owner.answer('oplog');
      const files = ['src/app.txt', 'src/new.txt', 'src/old.txt'].map((path) => {
        const absolute = stage.repository.absolute(path);
        return existsSync(absolute) ? readFileSync(absolute, 'utf8') : null;
      });
      return [
        operations.map(({ op }) => op),
        stage.git('log', '-1', '--format=%s', 'main'),
        stage.git('status', '--porcelain'),
        files,
      ];
    },
  };
}

describe('land', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      ...sweepOf(['land', 'task/api', '-m', 'landed']),
      fullDisk: 2,
    });
    expect(counted.git.length).toBeGreaterThan(5);
  });
});

describe('undo of a landing', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    await stage.owner.ok(['land', 'task/api', '-m', 'landed']);
    await killVerb({ ...sweepOf(['undo']), sample: 2 });
  });

  it('that is taken back by redo, killed anywhere, leaves old or new too', async () => {
    await stage.owner.ok(['land', 'task/api', '-m', 'landed']);
    await stage.owner.ok(['undo']);
    await killVerb({ ...sweepOf(['redo']), sample: 2 });
  });
});

describe('a review', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const { counted } = await killVerb({
      ...sweepOf(['review', 'task/api', '--approve', '-m', 'good']),
      sample: 2,
      look: async () => {
        const { operations } = await stage.owner.answer('oplog');
        const { reviews, damaged } = await stage.owner.answer('review-list');
        return [operations.map(({ op }) => op), reviews.map(({ verdict }) => verdict), damaged];
      },
    });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});
