import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PurgeResult } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { purge } from '#usecases/removal/purge.ts';
import { openWorkspace } from '../../support/cli/open-workspace.ts';
import type { Stage } from '../../support/cli/stage.ts';
import { PLANTS } from '../../support/plant/plants.ts';
import {
  captureTwice,
  groundOf,
  oraclesOf,
  placesOf,
  redactSecret,
  scanStage,
  secretStage,
} from '../../support/plant/secret-stage.ts';

type Opened = Awaited<ReturnType<typeof openWorkspace>>;

let stage: Stage;
const opened: Opened[] = [];
beforeAll(async () => {
  stage = await secretStage();
  stage.keep();
});
beforeEach(() => stage.reset());
afterEach(async () => {
  for (const workspace of opened.splice(0)) await workspace.close();
});
afterAll(() => stage.dispose());

/** Purges as the program does, but for one thing that it does not do. */
async function purgeWithout(
  tombstone: string,
  leaveOut: (workspace: Opened) => Partial<Workspace>,
): Promise<PurgeResult['outcome']> {
  const workspace = await openWorkspace({ path: stage.path, env: stage.owner.env });
  opened.push(workspace);
  const options = {
    name: tombstone,
    confirm: async () => true,
    dryRun: false,
    rewriteGit: false,
    consent: null,
  };
  const { result } = await purge({ ...workspace, ...leaveOut(workspace) }, options);
  return result.outcome;
}

function withoutStep(name: string) {
  return ({ eraser }: Opened): Partial<Workspace> => {
    const steps = eraser.steps.filter((step) => step.name !== name);
    expect(steps).toHaveLength(eraser.steps.length - 1);
    return { eraser: { ...eraser, steps } };
  };
}

/** What git does by itself when it finds that there is much to tidy up; another one, in the middle of ours. */
function withGarbageCollection({ eraser }: Opened): Partial<Workspace> {
  const steps = eraser.steps.map((step) => ({
    name: step.name,
    run: async (target: Erasable) => {
      stage.git('gc', '-q');
      const done = await step.run(target);
      stage.git('gc', '-q');
      return done;
    },
  }));
  return { eraser: { ...eraser, steps } };
}

function withoutIndex({ localIndex }: Opened): Partial<Workspace> {
  return {
    localIndex: {
      use: (work) => localIndex.use(work),
      inspect: () => localIndex.inspect(),
      destroy: async () => undefined,
    },
  };
}

async function plantAndRedact(name: string): Promise<string> {
  const plant = PLANTS.find((one) => one.name === name);
  if (plant?.when !== 'captured') throw new Error('there is no such plant');
  await captureTwice(stage);
  await plant.plant(groundOf(stage));
  return redactSecret(stage);
}

describe('a purge that leaves out', () => {
  it('nothing is complete, done this way too', async () => {
    await captureTwice(stage);
    const oracles = oraclesOf(stage);
    const tombstone = await redactSecret(stage);
    expect(await purgeWithout(tombstone, () => ({}))).toBe('complete');
    expect(placesOf(stage, scanStage(stage, oracles))).toEqual([]);
  });

  it('nothing, with a `git gc` before and behind each step, is complete too', async () => {
    await captureTwice(stage);
    const ground = groundOf(stage);
    for (const name of ['the stash', 'a reflog', 'the base of a delta in a pack'])
      await PLANTS.find((plant) => plant.name === name)?.plant(ground);
    const oracles = oraclesOf(stage);
    const tombstone = await redactSecret(stage);
    await PLANTS.find(({ name }) => name === 'a commit that nothing reaches')?.plant(ground);
    expect(await purgeWithout(tombstone, withGarbageCollection)).toBe('complete');
    expect(placesOf(stage, scanStage(stage, oracles))).toEqual([]);
    expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  });

  it.each(["LevelDB's log", "LevelDB's tables"])(
    'the local index finds content in %s, and says so',
    async (name) => {
      const tombstone = await plantAndRedact(name);
      expect(await purgeWithout(tombstone, withoutIndex)).toBe('incomplete');
      const places = placesOf(stage, scanStage(stage));
      expect(places.some((place) => place.includes('.git/heddle/index/'))).toBe(true);
    },
  );

  it("heddle's own indexes leaves the id of the content in them", async () => {
    await captureTwice(stage);
    const oracles = oraclesOf(stage);
    const tombstone = await redactSecret(stage);
    expect(await purgeWithout(tombstone, withoutStep('private-indexes'))).toBe('incomplete');
    const places = placesOf(stage, scanStage(stage, oracles));
    expect(places.some((place) => place.startsWith('blob, work/.git/heddle/worktree.index'))).toBe(true);
  });

  it.each([
    ['nothing', false],
    ['what git derives from packs', true],
  ] as const)('%s: ids of what is gone are left in a commit-graph: %s', async (_, isLeftOut) => {
    await captureTwice(stage);
    await PLANTS.find(({ name }) => name.includes('commit-graph'))?.plant(groundOf(stage));
    const carriers = stage.git('rev-list', 'refs/heddle/threads/task/login', '^main').split('\n');
    const old = Object.fromEntries(carriers.map((id) => [id, id]));
    const tombstone = await redactSecret(stage);
    await purgeWithout(tombstone, isLeftOut ? withoutStep('derived') : () => ({}));
    const { findings } = scanStage(stage, old);
    expect(findings.some(({ file }) => file.includes('/objects/info/'))).toBe(isLeftOut);
  });
});
