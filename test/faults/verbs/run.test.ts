import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { killEverywhere, sweep } from '../../support/kill-sweep.ts';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { lastingLeftovers } from './sweep-verb.ts';

const SLOW = 400_000;

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
afterEach(() => stage.dispose());

function namesIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

describe('run', { timeout: SLOW }, () => {
  it.each(['file', 'fd'])(
    'killed at any step leaves nothing of a credential by %s to the next command, and a log that verifies',
    async (way) => {
      const endings = new Set<string>();
      const words = ['run', '--preset', 'overnight', '--credential', way, '--', 'true'];
      const { counted } = await sweep({
        argv: [HEDDLE, ...words],
        cwd: stage.path,
        env: stage.dev.env,
        root: stage.root,
        sample: 6,
        disturb: (run) => killEverywhere(run).filter(({ kind }) => kind === 'kill'),
        check: async ({ what }) => {
          const runs = await settled();
          await stage.dev.ok(['start', 'task/next', '--worktree', stage.beside('next')]);
          // None before its line; then it ended one way or the other, and once.
          expect(runs.length, what).toBeLessThan(2);
          endings.add(runs[0] ?? 'none');
          const state = join(String(stage.dev.env['HEDDLE_HOME']), 'state', 'runs');
          expect([namesIn(state), namesIn(join(stage.path, '.git', 'heddle', 'runs'))], what).toEqual([
            [],
            [],
          ]);
          expect((await stage.dev.answer('verify', ['--all'])).findings, what).toEqual([]);
          expect(lastingLeftovers(stage), what).toEqual([]);
        },
      });
      expect(counted.git.length + counted.steps.length).toBeGreaterThan(10);
      expect([...endings].every((ending) => ENDINGS.includes(ending))).toBe(true);
      expect(endings.size).toBeGreaterThan(1);
    },
  );
});

const ENDINGS = ['none', 'exited', 'orphaned', 'unknown'];

/** How the runs of the stage ended, once the next command has seen to them. */
async function settled(): Promise<readonly string[]> {
  for (let turn = 0; ; turn += 1) {
    const { runs } = await stage.dev.answer('run-list');
    const going = runs.some(({ status }) => status === 'running' || status === 'orphaned');
    // Its program may need a moment to end.
    if (!going || turn === 100) return runs.map(({ outcome, status }) => outcome ?? status);
  }
}
