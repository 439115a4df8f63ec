import { LOCAL_PLANTS } from './local-plants.ts';
import { OBJECT_PLANTS } from './object-plants.ts';
import type { Plant } from './plant.ts';
import { REFERENCE_PLANTS } from './reference-plants.ts';

/** Every place of Git's and heddle's in which content survives that no branch holds. */
export const PLANTS: readonly Plant[] = [...OBJECT_PLANTS, ...REFERENCE_PLANTS, ...LOCAL_PLANTS];
