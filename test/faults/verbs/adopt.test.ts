import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep, type SweepCase } from '../../support/kill-sweep.ts';
import { HEDDLE, printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { SLOW } from './sweep-verb.ts';

let stage: Stage;
let cwd: string;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', 'a secret of nobody\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
  cwd = stage.beside('clone');
  stage.git('clone', '-q', stage.path, cwd);
});
afterEach(() => stage.dispose());

/** Not begun, or begun and whole; then the same command again, and somebody can work. */
async function expectEither({ what }: SweepCase): Promise<'old' | 'new'> {
  const status = await stage.owner.run(['status', '--json'], { cwd });
  const isNew = status.exit === 0;
  if (!isNew) expect(printed(status)['code'], `${what}\n${story(status)}`).toBe('NOT_INITIALISED');
  await stage.owner.run(['init', '--adopt'], { cwd });
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@other'], { cwd });
  const verified = await stage.owner.run(['verify', '--all', '--json'], { cwd });
  expect(verified.stdout, `${what}: ${verified.stderr}`).toContain('"ok":true');
  const { operations } = await stage.owner.answer('oplog', [], { cwd });
  expect(operations.filter(({ op }) => op === 'adopt')).toHaveLength(1);
  return isNew ? 'new' : 'old';
}

describe('init --adopt', { timeout: SLOW }, () => {
  it('killed while it fetches, or later, leaves old or new, and the next one finishes it', async () => {
    const seen = new Set<string>();
    const report = await sweep({
      argv: [HEDDLE, 'init', '--adopt'],
      cwd,
      env: stage.owner.env,
      root: stage.root,
      sample: 10,
      check: async (found) => {
        seen.add(await expectEither(found));
      },
    });
    expect(report.counted.git.length).toBeGreaterThan(1);
    expect([...seen].toSorted((a, b) => a.localeCompare(b))).toEqual(['new', 'old']);
  });
});
