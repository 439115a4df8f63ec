import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { LandingConflict } from '#domain/results/landing-results.ts';
import type { MergeConflict } from '#ports/repository.ts';

/** Conflicts as answers tell them, in order of paths. */
export function describeConflicts(conflicts: readonly MergeConflict[]): readonly LandingConflict[] {
  return conflicts
    .map(({ path, kind, stages }) => ({ path: escapePath(path), kind, stages }))
    .toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}
