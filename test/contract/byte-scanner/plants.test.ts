import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { makeRepository } from '../../support/repositories/open-repositories.ts';
import { Ground } from '../../support/plant/ground.ts';
import { PLANTS } from '../../support/plant/plants.ts';

const SECRET = 'hunter2-5f1d8c07a9e64b23';
const LINES = Array.from({ length: 80 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));

/** A ref of heddle's own that holds the content, as a thread's would; dropped for what is planted afterwards. */
function makeGround(): Ground {
  const repository = makeRepository();
  const neighbour = `${LINES.join('\n')}\n`;
  const content = neighbour.replace('\n', `\nKEY=${SECRET}\n`);
  repository.write('README', 'second\n');
  repository.commit('second');
  repository.write('config/key.env', content);
  return new Ground({ repository, path: 'config/key.env', content, neighbour });
}

describe('content that is planted', () => {
  it.each(PLANTS.map((plant) => [plant.name, plant] as const))(
    'in %s stands there, and the scanner finds it though no ref leads to it',
    async (_, plant) => {
      const ground = makeGround();
      const { repository } = ground;
      const branch = ground.git('rev-parse', 'HEAD');
      const status = ground.git('status', '--porcelain', '-uall');
      if (plant.when === 'first') await plant.plant(ground);
      const ref = 'refs/heddle/threads/work';
      ground.git('update-ref', ref, ground.commitHolding());
      if (plant.when === 'redacted') ground.git('update-ref', '-d', ref);
      if (plant.when !== 'first') await plant.plant(ground);
      expect(plant.isPlanted(ground)).toBe(true);
      if (plant.when !== 'redacted') ground.git('update-ref', '-d', ref);
      repository.remove('config');
      expect(plant.isPlanted(ground)).toBe(true);
      const { findings, saw } = scan({ directories: [repository.root], secrets: { secret: SECRET } });
      expect(findings.length).toBeGreaterThan(0);
      expect(saw.looseObjects + saw.packEntries).toBeGreaterThan(5);
      repository.write('config/key.env', ground.content);
      expect(ground.git('rev-parse', 'HEAD', 'main')).toBe(`${branch}\n${branch}`);
      if (plant.name !== "the main worktree's index") {
        expect(ground.git('status', '--porcelain', '-uall')).toBe(status);
      }
      expect(ground.git('for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags')).toBe(
        'refs/heads/main',
      );
      ground.git('fsck', '--full', '--strict', '--no-progress');
    },
  );

  it('has a check that says no where nothing was planted', () => {
    for (const plant of PLANTS) {
      const ground = makeGround();
      ground.git('update-ref', 'refs/heddle/threads/work', ground.git('rev-parse', 'HEAD'));
      let isThere: boolean;
      try {
        isThere = plant.isPlanted(ground);
      } catch {
        isThere = false;
      }
      expect(isThere, plant.name).toBe(false);
    }
  });
});
