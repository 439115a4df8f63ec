import { describe, expect, it } from 'vitest';

import { EraseScene } from '../../../support/repositories/erase-scene.ts';
import { PLANTS } from '../../../support/plant/plants.ts';

/** What the eraser cleans; the local index is its owner's to make anew. */
const OURS = PLANTS.filter(({ step }) => step !== 'local-index');

describe('every step together', () => {
  it.each(OURS.map((plant) => [plant.name, plant] as const))('takes content out of %s', async (_, plant) => {
    const scene = await EraseScene.planted(plant);
    expect(plant.isPlanted(scene.ground)).toBe(true);
    expect(scene.scan().findings.length).toBeGreaterThan(0);
    expect((await scene.survey()).length).toBeGreaterThan(0);
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
    expect(scene.scan().problems).toEqual([]);
    expect(await scene.survey()).toEqual([]);
    scene.expectSound();
    // Once more changes nothing.
    expect(await scene.erase()).toEqual([]);
  });
});

describe('without its own step', () => {
  it.each(OURS.map((plant) => [`${plant.step}: ${plant.name}`, plant] as const))(
    'content stays where it was, and is found: %s',
    async (_, plant) => {
      const scene = await EraseScene.planted(plant);
      await scene.erase({ without: plant.step });
      expect(scene.scan().findings.length).toBeGreaterThan(0);
      expect((await scene.survey()).length).toBeGreaterThan(0);
    },
  );
});
