import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Everything in this clone that holds a content or keeps it alive. Changes nothing. */
export function findResidue(workspace: Workspace, target: Erasable): Promise<readonly Residue[]> {
  const { progress } = workspace;
  return workspace.eraser.survey(target, (...step) => progress.step(...step));
}

/**
 * Whether a place stands in the way of calling a purge complete: it does where the bytes are. What only looks alike
 * is told and left alone.
 */
export function isLeft({ place }: Residue): boolean {
  return place !== 'similar' && place !== 'quarantine';
}
