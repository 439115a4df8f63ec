import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { isPlaceholder } from '#domain/manifest/placeholder.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { TreeChange } from '#ports/objects.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

/**
 * Leaves out what differs by a name alone that was taken away: a placeholder that is new, and what is gone beside it
 * with the same content.
 */
export function withoutRenamed(changes: readonly TreeChange[]): readonly TreeChange[] {
  const added = changes.filter(({ path, oldId }) => oldId === null && isPlaceholder(nameOf(path)));
  if (added.length === 0) return changes;
  const left = new Set(changes);
  for (const change of added) {
    const before = changes.find(
      (other) =>
        left.has(other) &&
        other.newId === null &&
        other.oldId === change.newId &&
        directoryOf(other.path) === directoryOf(change.path),
    );
    if (before === undefined) continue;
    left.delete(before);
    left.delete(change);
  }
  return [...left];
}

/**
 * Leaves out what is gone where a placeholder stands in one of its directories: which name that was cannot be told.
 *
 * @param all among which the placeholders are new.
 */
export function withoutNameless(
  changes: readonly TreeChange[],
  all: readonly TreeChange[],
): readonly TreeChange[] {
  const added = all.filter(({ oldId }) => oldId === null).map(({ path }) => splitPath(path));
  const nameless = new Set(
    added.flatMap((segments) =>
      segments.flatMap((name, depth) =>
        isPlaceholder(escapeSegment(name)) ? [segments.slice(0, depth).map(rawKey).join('/')] : [],
      ),
    ),
  );
  return changes.filter(
    ({ path, newId }) =>
      newId !== null ||
      !splitPath(path).some((_, depth, segments) =>
        nameless.has(segments.slice(0, depth).map(rawKey).join('/')),
      ),
  );
}

function nameOf(path: Uint8Array): string {
  return escapeSegment(splitPath(path).at(-1) ?? path);
}

function directoryOf(path: Uint8Array): string {
  return splitPath(path).slice(0, -1).map(rawKey).join('/');
}
