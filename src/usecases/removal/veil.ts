import { escapeSegment, unescapePath } from '#domain/encoding/percent-escape.ts';
import type { TombstoneId } from '#domain/id.ts';
import { replacementBytes } from '#domain/removal/replacement.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { shunEntries } from '#usecases/content/shunned.ts';

/** Finds a tombstone of the verified set; undefined where a line names one that is not in it. */
async function findRecord(workspace: Workspace, tombstone: TombstoneId): Promise<TombstoneRecord | undefined> {
  const { view } = await loadAuthority(workspace);
  return (await loadTombstones(workspace, view)).records.get(tombstone);
}

/**
 * Takes a redacted content out of this clone's work trees and refuses it from now on. Does nothing where the
 * quarantine does not hold it: a line alone, whoever wrote it, replaces no file.
 */
export async function applyVeil(workspace: Workspace, tombstone: TombstoneId): Promise<void> {
  const record = await findRecord(workspace, tombstone);
  if (record === undefined || record.status === 'lifted') return;
  const kept = await workspace.quarantine.open(tombstone);
  if (kept === undefined) return;
  const blobs = kept.contents.map(({ blob }) => blob);
  await workspace.shun.add(await shunEntries(workspace, tombstone, blobs));
  await replaceCopies(workspace, record, kept.contents);
}

/** Puts the replacement in place of every copy in this clone's worktrees. */
export async function replaceCopies(
  workspace: Workspace,
  record: TombstoneRecord,
  contents: readonly RemovedContent[],
): Promise<void> {
  for (const file of await workspace.contents.find(contents)) {
    const kind = contents.find(({ blob }) => blob === file.blob)?.kind ?? 'file';
    await workspace.contents.replace(file, file.blob, replacementAt(record, file.path, kind));
  }
}

/**
 * Takes a lifted redaction back: the content returns to where its replacement stands in this clone's worktrees, is
 * welcome again, and leaves the quarantine.
 */
export async function applyUnveil(workspace: Workspace, tombstone: TombstoneId): Promise<void> {
  const record = await findRecord(workspace, tombstone);
  if (record?.status !== 'lifted' || (await removalProblem(workspace, record, 'lift')) !== undefined) return;
  const kept = await workspace.quarantine.open(tombstone);
  if (kept !== undefined) await restoreCopies(workspace, record, kept.contents);
  await workspace.shun.drop(tombstone);
  await workspace.quarantine.forget(tombstone);
}

async function restoreCopies(
  workspace: Workspace,
  record: TombstoneRecord,
  contents: readonly RemovedContent[],
): Promise<void> {
  const paths = record.texts === 'redacted' ? [] : record.texts.paths;
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const tree = await treeOf(workspace, gitDir);
    for (const path of paths.flatMap((escaped) => unescapePath(escaped) ?? [])) {
      // The paths had one content each, but over time: the state that the files came from tells which.
      const entry = tree === undefined ? undefined : await new PathFinder(workspace, path).find(tree);
      const content = contents.find(({ blob }) => blob === entry?.id);
      if (content === undefined) continue;
      const stub = workspace.writer.batch().add('blob', replacementAt(record, path, content.kind));
      await workspace.contents.replace({ directory, path }, stub, content.bytes);
    }
  }
}

/** The files of the state that a worktree stands at; undefined where it stands at none. */
async function treeOf(workspace: Workspace, gitDir: string): Promise<ObjectId | undefined> {
  const state = (await workspace.records.readPosition(gitDir))?.state ?? null;
  const carried = state === null ? undefined : await findState(workspace, state);
  return carried === undefined ? undefined : (await carrierTrees(workspace, carried.carrier)).files;
}

function replacementAt(record: TombstoneRecord, path: Uint8Array, kind: RemovedContent['kind']): Uint8Array {
  const name = splitPath(path).at(-1) ?? path;
  return replacementBytes(record, { name: escapeSegment(name), kind });
}
