import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PurgeResult } from '#domain/results/removal-results.ts';
import type { Stage } from '../../support/cli/stage.ts';
import type { Plant } from '../../support/plant/plant.ts';
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

/** Before anything was captured, and after. */
let fresh: Stage;
let captured: Stage;
let stage: Stage;
beforeAll(async () => {
  [fresh, captured] = await Promise.all([secretStage(), secretStage()]);
  await captureTwice(captured);
  stage = fresh;
  fresh.keep();
  captured.keep();
});
afterEach(() => stage.reset());
afterAll(() => {
  fresh.dispose();
  captured.dispose();
});

const DEEP = process.env['HEDDLE_TEST_DEEP'] === '1';
/** Alone in every run; the others are, too, where there is time, and together with these in every run. */
const NAMED: readonly string[] = [
  'a loose object',
  'a pack',
  'the base of a delta in a pack',
  'a pack with a .keep file',
  'a cruft pack',
  'the stash',
  "a linked worktree's index",
  'a reflog',
  'resolve-undo',
  'a commit that nothing reaches',
  'a tag that was deleted',
  "LevelDB's log",
];
const ALONE = PLANTS.filter(({ name }) => DEEP || NAMED.includes(name));

interface Planted {
  readonly tombstone: string;
  readonly oracles: Readonly<Record<string, string | Uint8Array>>;
  /** Locks and temporary files that were planted. */
  readonly leftovers: readonly string[];
}

/** Captured, planted and redacted; each plant at its time. */
async function plantAll(plants: readonly Plant[]): Promise<Planted> {
  stage = plants.some(({ when }) => when === 'first') ? fresh : captured;
  const ground = groundOf(stage);
  const plantAt = async (when: Plant['when']): Promise<void> => {
    for (const plant of plants) if (plant.when === when) await plant.plant(ground);
  };
  await plantAt('first');
  if (stage === fresh) await captureTwice(stage);
  await plantAt('captured');
  const oracles = oraclesOf(stage);
  const tombstone = await redactSecret(stage);
  await plantAt('redacted');
  return { tombstone, oracles, leftovers: stage.leftovers() };
}

/** Nothing is left; what looks nearly the same is told and stays. */
function expectComplete(answer: PurgeResult): void {
  expect(answer.outcome).toBe('complete');
  expect(answer.residue).toEqual([
    expect.objectContaining({ place: 'similar', where: 'files/config/key.example' }),
  ]);
}

/** Git finds nothing wrong, and no lock or temporary file is new. */
function expectSound({ leftovers }: Planted): void {
  expect(stage.git('fsck', '--full', '--strict', '--no-progress', '--no-dangling')).toBe('');
  expect(leftovers).toEqual(expect.arrayContaining([...stage.leftovers()]));
  const ground = groundOf(stage);
  const neighbour = ground.input(['hash-object', '--stdin'], ground.neighbour);
  expect(stage.git('cat-file', 'blob', neighbour)).toBe(ground.neighbour.trimEnd());
}

async function statesOf(): Promise<readonly string[]> {
  return (await stage.dev.answer('log')).states.map(({ state }) => state);
}

describe('after a purge nothing holds content that was', { timeout: 120_000 }, () => {
  it('each alone: every place that has to be', () => {
    expect(ALONE.length).toBe(DEEP ? PLANTS.length : NAMED.length);
  });

  it.each(ALONE.map((plant) => [plant.name, plant] as const))('in %s', async (_, plant) => {
    const planted = await plantAll([plant]);
    const { tombstone, oracles } = planted;
    expect(plant.isPlanted(groundOf(stage))).toBe(true);
    const before = scanStage(stage, oracles);
    expect(new Set(before.findings.map(({ what }) => what))).toEqual(
      new Set(['secret', ...Object.keys(oracles)]),
    );
    const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
    expectComplete(answer);
    const after = scanStage(stage, oracles);
    expect(placesOf(stage, after)).toEqual([]);
    expect(after.problems).toEqual([]);
    expect(after.saw.files).toBeGreaterThan(60);
    expect(after.saw.looseObjects + after.saw.packEntries).toBeGreaterThan(40);
    expectSound(planted);
  });

  it('in all of these at once', async () => {
    // A cruft pack would take what others left lying about; it has its turn above.
    const plants = PLANTS.filter(({ name }) => name !== 'a cruft pack');
    const planted = await plantAll(plants);
    const { tombstone, oracles } = planted;
    const states = await statesOf();
    expect(new Set(scanStage(stage).findings.map(({ file }) => file)).size).toBeGreaterThan(6);
    const answer = await stage.owner.answer('purge', [tombstone, '--yes']);
    expectComplete(answer);
    const after = scanStage(stage, oracles);
    expect(placesOf(stage, after)).toEqual([]);
    expect(after.problems).toEqual([]);
    expectSound(planted);
    expect(await statesOf()).toEqual(states);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(await stage.owner.answer('tombstone-verify')).toMatchObject({ ok: true, findings: [] });
    expect(stage.git('stash', 'list', '--format=%gs')).toMatch(
      /stashed-last\.txt\n.*holds it\n.*stashed-first\.txt/,
    );
    expect(stage.git('cat-file', 'blob', 'stash@{0}^3:stashed-last.txt')).toBe('last');
  });
});
