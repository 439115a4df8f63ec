import type { SecretFinder } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { makeGround } from '#git/erase/ground.ts';
import type { GitRunner } from '#git/run.ts';
import { findInFiles } from './find-files.ts';
import { findInObjects } from './find-objects.ts';
import { SecretProbe } from './secret-probe.ts';

/** Opens what looks for a secret in a clone. */
export function openSecretFinder(runner: GitRunner, places: RepositoryPlaces): SecretFinder {
  const ground = makeGround(runner, places);
  return {
    async look(secret) {
      const probe = new SecretProbe(secret);
      return {
        forms: (bytes) => [...probe.search(bytes)],
        mask: (text) => probe.mask(text),
        maskPath: (path) => probe.maskPath(path),
        objects: (tell) => findInObjects({ ...ground, tell }, probe),
        files: (tell) => findInFiles({ ...ground, tell }, probe),
      };
    },
  };
}
