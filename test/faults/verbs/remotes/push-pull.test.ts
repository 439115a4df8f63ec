import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE, story } from '../../../support/cli/run-heddle.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { killEverywhere, sweep, type CountedRun, type Disturbance } from '../../../support/kill-sweep.ts';
import { SLOW } from '../sweep-verb.ts';

const SECRET = 'a secret of nobody\n';

let stage: Stage;
let cwd: string;
const bare = (): string => stage.beside('remote.git');
beforeEach(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.git('init', '-q', '--bare', '-b', 'main', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  cwd = stage.beside('clone');
  await stage.owner.ok(['clone', bare(), cwd], { cwd: stage.root });
});
afterEach(() => stage.dispose());

const head = (directory: string): string =>
  stage.git('-C', directory, 'rev-parse', 'refs/heddle/threads/task/login').trim();

async function expectSound(where: string, what: string): Promise<void> {
  const verified = await stage.owner.run(['verify', '--all', '--json'], { cwd: where });
  expect(verified.stdout, `${what}: ${verified.stderr}`).toContain('"ok":true');
  expect(stage.gitCode('-C', where, 'fsck', '--strict', '--no-dangling'), what).toBe(0);
}

/** The last thing that a push does are git children: it may have ended before it hears that one of these did. */
const killBeforeItsEnd = (counted: CountedRun): readonly Disturbance[] =>
  killEverywhere(counted).filter((one) => one.kind !== 'kill-git' || one.child < counted.git.length - 1);

describe('killed at any step or with any git child,', { timeout: SLOW }, () => {
  it('a push leaves the remote old or new, and the next one finishes', async () => {
    stage.write('src/b.ts', 'export {};\n');
    await stage.dev.ok(['capture', '-m', 'Second']);
    const old = head(bare());
    const seen = new Set<string>();
    const report = await sweep({
      argv: [HEDDLE, 'push'],
      cwd: stage.path,
      env: stage.dev.env,
      root: stage.root,
      sample: 4,
      disturb: killBeforeItsEnd,
      check: async ({ what }) => {
        const found = head(bare());
        expect([old, head(stage.path)], what).toContain(found);
        seen.add(found === old ? 'old' : 'new');
        const again = await stage.dev.run(['push']);
        expect(again.exit, `${what}\n${story(again)}`).toBe(0);
        expect(head(bare()), what).toBe(head(stage.path));
        // What was put back after a kill is a copy, and so a new clone, whose first line brings a record of authority.
        await stage.dev.ok(['push']);
        expect((await stage.dev.ok(['push'])).stdout, what).toContain('up to date');
        await expectSound(stage.path, what);
        expect((await stage.owner.ok(['pull'], { cwd })).stdout, what).toContain('moved forward');
        await expectSound(cwd, what);
      },
    });
    expect(report.counted.git.length).toBeGreaterThan(1);
    expect(seen.has('old'), 'one was killed before the remote had it').toBe(true);
  });

  it('a pull leaves this clone old or new, and nothing of what a tombstone took out', async () => {
    await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a token']);
    stage.write('src/b.ts', 'export {};\n');
    await stage.dev.ok(['capture', '-m', 'Second']);
    await stage.owner.ok(['push', '--all']);
    const old = head(cwd);
    const seen = new Set<string>();
    await sweep({
      argv: [HEDDLE, 'pull'],
      cwd,
      env: stage.owner.env,
      root: stage.root,
      sample: 4,
      check: async ({ what }) => {
        // The next command recovers.
        await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@other'], { cwd });
        const found = head(cwd);
        expect([old, head(bare())], what).toContain(found);
        seen.add(found === old ? 'old' : 'new');
        const again = await stage.owner.run(['pull'], { cwd });
        expect(again.exit, `${what}\n${story(again)}`).toBe(0);
        expect(head(cwd), what).toBe(head(bare()));
        const carried = stage.git('-C', cwd, 'show', 'refs/heddle/threads/task/login:files/src/key.ts');
        expect(carried, what).not.toContain(SECRET.trim());
        await expectSound(cwd, what);
      },
    });
    expect(seen.has('old'), 'one was killed before the line').toBe(true);
  });

  it('a pull that joins authority leaves the chain as it was or joined, and loses no removal', async () => {
    const [grant = ''] = (await stage.owner.answer('grant-list')).grants
      .filter(({ principal }) => principal === 'dev@example.com')
      .map(({ id }) => id);
    await stage.owner.ok(['grant', 'remove', grant]);
    await stage.owner.ok(['push', '--all']);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@task'], { cwd });
    const authority = (where: string): string =>
      stage.git('-C', where, 'rev-parse', 'refs/heddle/authority').trim();
    const old = authority(cwd);
    const seen = new Set<string>();
    await sweep({
      argv: [HEDDLE, 'pull'],
      cwd,
      env: stage.owner.env,
      root: stage.root,
      sample: 2,
      check: async ({ what }) => {
        seen.add(authority(cwd) === old ? 'old' : 'new');
        const again = await stage.owner.run(['pull'], { cwd });
        expect(again.exit, `${what}\n${story(again)}`).toBe(0);
        const parents = stage.git(
          '-C',
          cwd,
          'rev-list',
          '--min-parents=2',
          '--count',
          'refs/heddle/authority',
        );
        expect(Number(parents), what).toBe(1);
        expect(
          stage.gitCode('-C', cwd, 'merge-base', '--is-ancestor', authority(bare()), authority(cwd)),
          what,
        ).toBe(0);
        const { grants } = await stage.owner.answer('grant-list', [], { cwd });
        expect(
          grants.filter(({ principal }) => principal === 'dev@example.com'),
          what,
        ).toEqual([]);
        await expectSound(cwd, what);
      },
    });
    expect(seen.has('old'), 'one was killed before the line').toBe(true);
  });
});
