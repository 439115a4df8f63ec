import { kindOfMode } from '#domain/manifest/entry.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { ChangedPath } from '#domain/result-parts.ts';
import type { TreeChange } from '#ports/objects.ts';

/** Says what happened at each path, in the words of the published JSON. */
export function describeChanges(changes: readonly TreeChange[]): readonly ChangedPath[] {
  return changes.map((change) => ({ path: escapePath(change.path), change: changeOf(change) }));
}

function changeOf(change: TreeChange): ChangedPath['change'] {
  if (change.oldMode === null) return 'added';
  if (change.newMode === null) return 'deleted';
  return kindOfMode(change.oldMode) === kindOfMode(change.newMode) ? 'modified' : 'type';
}
