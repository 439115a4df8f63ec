import { ERASE_STEPS, type Erasable, type Eraser, type EraseStepName } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Residue } from '#domain/results/removal-results.ts';

/** Erases nothing and finds nothing, unless a test says so. */
export interface MemoryEraser extends Eraser {
  /** The steps that were run, in order, with what they were told to destroy. */
  readonly ran: { readonly step: EraseStepName; readonly target: Erasable }[];
  /** What the next survey finds. */
  residue: readonly Residue[];
  /** What is stored. */
  blobs: readonly ObjectId[];
}

/** An eraser without a disk. */
export function createMemoryEraser(): MemoryEraser {
  const eraser: MemoryEraser = {
    ran: [],
    residue: [],
    blobs: [],
    steps: ERASE_STEPS.map((name) => ({
      name,
      run: async (target) => {
        eraser.ran.push({ step: name, target });
        return [];
      },
    })),
    survey: async () => eraser.residue,
    eachBlob: async (look) => {
      for (const blob of eraser.blobs) look(blob);
    },
  };
  return eraser;
}
