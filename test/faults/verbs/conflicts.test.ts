import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killVerb, SLOW, type VerbSweep } from './sweep-verb.ts';

let stage: Stage;
let api: string;
/** A thread in a worktree of its own; main changed the same line, and a file that the thread took away. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('app.txt', 'one\ntwo\nthree\n');
  stage.write('old.txt', 'goes\n');
  stage.repository.commit('base');
  await stage.begin();
  api = stage.beside('api');
  await stage.owner.ok(['start', 'task/api', '--worktree', api]);
  writeFileSync(join(api, 'app.txt'), 'one\ntheirs\nthree\n');
  stage.git('-C', api, 'rm', '-q', 'old.txt');
  await stage.owner.ok(['capture', '-m', 'work'], { cwd: api });
  stage.write('app.txt', 'one\nours\nthree\n');
  stage.write('old.txt', 'goes on\n');
  stage.repository.commit('meanwhile');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const LAND = ['land', 'task/api', '--onto', 'main'];

function sweepOf(argv: readonly string[], isResolved = false): VerbSweep {
  return {
    stage,
    person: stage.owner,
    argv: ['-C', api, ...argv],
    next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
    sample: 4,
    look: async () => {
      const { state, landing, changed } = await stage.owner.answer('status', [], { cwd: api });
      // Killed after the resolution was made, the thread only has to be landed.
      if (isResolved && landing === null) await stage.owner.ok(LAND);
      const { operations } = await stage.owner.answer('oplog');
      const ops = operations.map(({ op }) => op);
      const files = ['app.txt', 'old.txt'].map((path) =>
        existsSync(join(api, path)) ? readFileSync(join(api, path), 'utf8') : null,
      );
      return [
        isResolved ? ops.toSorted() : ops,
        [state === null, landing, changed],
        stage.git('log', '-1', '--format=%s', 'main'),
        stage.git('-C', api, 'status', '--porcelain'),
        files,
      ];
    },
  };
}

async function stop(): Promise<void> {
  await stage.owner.json(LAND, { cwd: api, exit: 1 });
}

describe('a landing with conflicts', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    await killVerb({ ...sweepOf(LAND), exit: 1 });
  });

  it('taken back and killed leaves old or new, never a third', async () => {
    await stop();
    writeFileSync(join(api, 'app.txt'), 'one\nhalf\nthree\n');
    await killVerb({ ...sweepOf(['abort']), sample: 2 });
  });

  it('resolved and killed leaves it waiting, or resolved, never a third', async () => {
    await stop();
    writeFileSync(join(api, 'app.txt'), 'one\nboth\nthree\n');
    stage.git('-C', api, 'rm', '-q', '--force', 'old.txt');
    stage.git('-C', api, 'add', 'app.txt');
    await killVerb(sweepOf(['continue'], true));
  });
});
