import { equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { IndexContent, WorktreeIndex } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { filesOf } from '#usecases/restore/restore-files.ts';
import { readConflictSnapshot } from './conflict-snapshot.ts';

/** Refuses paths that git still has as unmerged: what was resolved was added. Throws `LAND_UNRESOLVED`. */
export function refuseUnmerged(
  { thread, branch }: PendingLanding,
  { unmerged }: Pick<WorktreeIndex, 'unmerged'>,
): void {
  if (unmerged.length === 0) return;
  const paths = unmerged.map(escapePath).toSorted();
  throw unresolved({ thread, branch }, paths, `paths are unmerged: ${paths.slice(0, MOST_TOLD).join(', ')}`);
}

/**
 * Refuses files that were in conflict and have a line in them that begins a conflict or ends one, and that neither side
 * has. Throws `LAND_UNRESOLVED`.
 */
export async function refuseMarkers(
  workspace: Workspace,
  pending: PendingLanding,
  resolved: ObjectId,
): Promise<void> {
  const snapshot = await readConflictSnapshot(workspace, pending.snapshot);
  const files = await filesOf(workspace, resolved);
  const left: string[] = [];
  for (const [key, { path, sides }] of conflictedFiles(snapshot?.after.unmerged ?? [])) {
    const now = files.get(key)?.split(' ')[1];
    if (now !== undefined && (await hasNewMarker(workspace, now, sides))) left.push(escapePath(path));
  }
  if (left.length > 0) {
    throw unresolved(pending, left, `conflict markers are left in ${left.slice(0, MOST_TOLD).join(', ')}`);
  }
}

interface Conflicted {
  readonly path: Uint8Array;
  readonly sides: ObjectId[];
}

function conflictedFiles(entries: IndexContent['unmerged']): ReadonlyMap<string, Conflicted> {
  const found = new Map<string, Conflicted>();
  for (const { path, mode, id } of entries) {
    if (!mode.startsWith('100')) continue;
    const key = rawKey(path);
    const file = found.get(key) ?? { path, sides: [] };
    file.sides.push(id);
    found.set(key, file);
  }
  return found;
}

async function hasNewMarker(
  workspace: Workspace,
  now: ObjectId,
  sides: readonly ObjectId[],
): Promise<boolean> {
  const objects = await workspace.objects.readMany([now, ...sides], LARGEST_LOOKED_AT);
  const [file, ...others] = objects.map((object) => (object?.kind === 'blob' ? object.content : EMPTY));
  const known = new Set(others.flatMap((content) => markersIn(content)));
  return file !== undefined && markersIn(file).some((marker) => !known.has(marker));
}

const EMPTY = new Uint8Array();

function markersIn(content: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at !== 0 || found.length === 0;) {
    const isMarker = MARKERS.some((marker) => equalBytes(content.subarray(at, at + marker.length), marker));
    const end = content.indexOf(NEWLINE, at);
    if (isMarker) found.push(rawKey(content.subarray(at, end === -1 ? content.length : end)));
    if (end === -1) break;
    at = end + 1;
  }
  return found;
}

const NEWLINE = 0x0a;
const MARKERS = [utf8('<<<<<<< '), utf8('>>>>>>> ')];
/** Larger files are not looked into; nobody edits one by hand. */
const LARGEST_LOOKED_AT = 64 * 1024 * 1024;
const MOST_TOLD = 5;

function unresolved(
  { thread, branch }: Pick<PendingLanding, 'thread' | 'branch'>,
  paths: readonly string[],
  why: string,
): HeddleError {
  return new HeddleError('LAND_UNRESOLVED', `the landing of ${thread} on ${branch} is not resolved: ${why}`, {
    facts: { thread, branch, paths: paths.slice(0, MOST_NAMED) },
    preserved: 'nothing was changed',
  });
}

const MOST_NAMED = 100;
