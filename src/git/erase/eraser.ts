import type { Erasable, Eraser, EraseStepName } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { GitRunner } from '#git/run.ts';
import { makeGround, type EraseGround } from './ground.ts';
import { eraseCaches } from './steps/caches.ts';
import { eraseDerived } from './steps/derived.ts';
import { eraseIndexes } from './steps/indexes.ts';
import { eraseLooseObjects } from './steps/objects.ts';
import { erasePacked } from './steps/packs.ts';
import { erasePrivateIndexes } from './steps/private-indexes.ts';
import { erasePseudoRefs } from './steps/pseudo-refs.ts';
import { eraseReflogs } from './steps/reflogs.ts';
import { eraseResolveUndo } from './steps/resolve-undo.ts';
import { eraseStash } from './steps/stash.ts';
import { eachBlob } from './store/each-blob.ts';
import { survey } from './survey/survey.ts';

type Step = (ground: EraseGround, target: Erasable) => Promise<readonly string[]>;

/** What refers to content goes before the content: only what nothing reaches is evicted. */
const STEPS: readonly (readonly [EraseStepName, Step])[] = [
  ['resolve-undo', eraseResolveUndo],
  ['indexes', eraseIndexes],
  ['private-indexes', erasePrivateIndexes],
  ['stash', eraseStash],
  ['reflogs', eraseReflogs],
  ['pseudo-refs', erasePseudoRefs],
  ['caches', eraseCaches],
  ['objects', eraseLooseObjects],
  ['packs', erasePacked],
  ['derived', eraseDerived],
];

/** Opens what destroys content in a clone's Git storage, and finds where it stands. */
export function openEraser(runner: GitRunner, places: RepositoryPlaces): Eraser {
  const ground = makeGround(runner, places);
  return {
    steps: STEPS.map(([name, step]) => ({ name, run: (target) => step(ground, target) })),
    survey: (target, tell) => survey({ ...ground, tell }, target),
    eachBlob: (look) => eachBlob(runner, look),
  };
}
