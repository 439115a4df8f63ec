import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, story } from '../../../support/cli/run-heddle.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { sweep, type SweepCase } from '../../../support/kill-sweep.ts';
import { WHOLE_SWEEPS } from '../../../support/sweep-depth.ts';
import { SLOW } from '../sweep-verb.ts';

const SECRET = 'a secret of nobody\n';

let stage: Stage;
let cwd: string;
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  cwd = stage.beside('clone');
  stage.git('clone', '-q', stage.path, cwd);
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  await stage.owner.ok(['init', '--adopt'], { cwd });
});
afterEach(() => stage.dispose());

/** What was hidden or destroyed elsewhere is so here, or not yet; the same command again ends as if nothing happened. */
async function expectEither({ what }: SweepCase, status: string): Promise<'old' | 'new'> {
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@other'], { cwd });
  const before = (await stage.owner.answer('tombstone-list', [], { cwd })).tombstones;
  const again = await stage.owner.run(['tombstone', 'receive', 'origin'], { cwd });
  expect(again.exit, `${what}\n${story(again)}`).toBe(0);
  const after = (await stage.owner.answer('tombstone-list', [], { cwd })).tombstones;
  expect(
    after.map((one) => one.status),
    what,
  ).toEqual([status]);
  const carried = stage.git('-C', cwd, 'show', 'refs/heddle/threads/task/login:files/src/key.ts');
  expect(carried, what).not.toContain(SECRET.trim());
  const verified = await stage.owner.run(['verify', '--all', '--json'], { cwd });
  expect(verified.stdout, `${what}: ${verified.stderr}`).toContain('"ok":true');
  expect(stage.gitCode('-C', cwd, 'fsck', '--strict', '--no-dangling'), what).toBe(0);
  return before.length === 0 ? 'old' : 'new';
}

async function sweepOf(status: string): Promise<readonly string[]> {
  stage.git('-C', cwd, 'fetch', '-q', 'origin', '+refs/heddle/*:refs/heddle/remotes/origin/*');
  const seen = new Set<string>();
  const report = await sweep({
    argv: [HEDDLE, 'tombstone', 'receive', 'origin'],
    cwd,
    env: stage.owner.env,
    root: stage.root,
    sample: 2,
    check: async (found) => {
      seen.add(await expectEither(found, status));
    },
  });
  expect(report.counted.git.length).toBeGreaterThan(1);
  return [...seen].toSorted((a, b) => a.localeCompare(b));
}

describe('tombstone receive, killed at any step or with any git child,', { timeout: SLOW }, () => {
  it('hides what was redacted elsewhere, or not yet', async () => {
    await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
    expect(await sweepOf('redacted')).toEqual(['new', 'old']);
  });

  it.runIf(WHOLE_SWEEPS)('destroys what was purged elsewhere, or not yet', async () => {
    await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
    await stage.owner.ok(['purge', 'src/key.ts', '--yes']);
    expect(await sweepOf('purged')).toEqual(['new', 'old']);
  });
});
