import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep, type SweepCase } from '../../support/kill-sweep.ts';
import { HEDDLE, printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { lastingLeftovers, SLOW } from './sweep-verb.ts';

const INIT = 'init --no-passphrase --principal owner@example.com --namespace acme --name core'.split(' ');

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.dispose());

/** Not initialised, or initialised and whole; then the same command again, and the owner can work. */
async function expectEither({ what }: SweepCase): Promise<'old' | 'new'> {
  const status = await stage.owner.run(['status', '--json']);
  const isNew = status.exit === 0;
  if (!isNew) expect(printed(status)['code'], `${what}\n${story(status)}`).toBe('NOT_INITIALISED');
  const again = await stage.owner.run([...INIT, '--json']);
  expect(again.exit, `${what}\n${story(again)}`).toBe(isNew ? 65 : 0);
  if (isNew) expect(printed(again)['code'], what).toBe('ALREADY_INITIALISED');
  await stage.owner.ok(['login']);
  await stage.owner.ok(['start', 'task/next']);
  stage.write('src/a.ts', 'a\n');
  await stage.owner.ok(['capture']);
  const verified = await stage.owner.run(['verify', '--all', '--json']);
  expect(verified.stdout, `${what}: ${verified.stderr}`).toContain('"ok":true');
  expect(lastingLeftovers(stage), what).toEqual([]);
  return isNew ? 'new' : 'old';
}

describe('init', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves old or new, never a third', async () => {
    const seen = new Set<string>();
    const report = await sweep({
      argv: [HEDDLE, ...INIT],
      cwd: stage.path,
      env: stage.owner.env,
      root: stage.root,
      sample: 5,
      check: async (found) => {
        seen.add(await expectEither(found));
      },
    });
    expect(report.counted.git.length).toBeGreaterThan(1);
    expect([...seen].toSorted((a, b) => a.localeCompare(b))).toEqual(['new', 'old']);
  });
});
