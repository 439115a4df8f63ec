import { escapePath, escapeSegment, unescapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import type { ReplacingTombstone } from '#domain/removal/replacement.ts';
import { replaceContent } from '#domain/removal/spans/replace-content.ts';
import { isUnbelieved, type TombstoneRecord, type TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { QuarantinedContent, RemovedContent, WorktreeFile } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { shunContents } from '#usecases/content/shunned.ts';
import { readHeldContent } from './held-content.ts';
import { successor } from './further/earlier-masks.ts';
import { findRemovedBlobs, findRemovedNames } from './places/old-carriers.ts';
import { forgetTasks, hideLines, recallTasks, restoreLines } from './texts/local-texts.ts';
import { otherHiders } from './texts/other-hiders.ts';

/** Finds a tombstone of the verified set; undefined where a line names one that is not in it. */
async function findRecord(
  workspace: Workspace,
  tombstone: TombstoneId,
): Promise<TombstoneRecord | undefined> {
  const { view } = await loadAuthority(workspace);
  return (await loadTombstones(workspace, view)).records.get(tombstone);
}

/**
 * Takes a redacted content out of this clone's work trees and refuses it from now on, in this order: the shun list
 * says that the rest was done. Returns the files that could not be written to. Does nothing where the quarantine does
 * not hold the content: a record alone, whoever made it, replaces no file.
 */
export async function applyVeil(workspace: Workspace, tombstone: TombstoneId): Promise<readonly Residue[]> {
  const record = await findRecord(workspace, tombstone);
  if (record?.hides !== true) return [];
  const kept = await workspace.quarantine.open(tombstone);
  if (kept === undefined) return [];
  const left = await replaceCopies(workspace, record, kept.contents);
  await hideLines(workspace, record);
  if (kept.texts !== undefined) await forgetTasks(workspace, kept.texts);
  await shunContents(workspace, tombstone, {
    blobs: kept.contents.map(({ blob }) => blob),
    names: (kept.names ?? []).map(({ name }) => name),
  });
  return left;
}

/**
 * What {@link applyVeil} is to whoever has not the quarantine's key, another home of the same clone: the content is
 * refused by this home's digests too. The work trees were looked after by who redacted it; log lines need no key.
 */
export async function adoptVeil(workspace: Workspace, record: TombstoneRecord): Promise<void> {
  await hideLines(workspace, record);
  await shunContents(workspace, record.id, {
    blobs: await findRemovedBlobs(workspace, record),
    names: await findRemovedNames(workspace, record),
  });
}

/** Puts the replacement in place of every copy in this clone's worktrees; returns those that it could not write to. */
export async function replaceCopies(
  workspace: Workspace,
  record: TombstoneRecord,
  contents: readonly RemovedContent[],
): Promise<readonly Residue[]> {
  if (contents.length === 0) return [];
  const left: Residue[] = [];
  const { view } = await loadAuthority(workspace);
  const set = await loadTombstones(workspace, view);
  for (const file of await workspace.contents.find(contents)) {
    const content = contents.find(({ blob }) => blob === file.blob);
    if (content === undefined) continue;
    const bytes = replacementAt(shownIn(set, record, content), file.path, content);
    left.push(...(await writeCopy(file, () => workspace.contents.replace(file, file.blob, bytes))));
  }
  return left;
}

/** One file that is closed to us must not keep the others from being replaced. */
async function writeCopy(file: WorktreeFile, write: () => Promise<boolean>): Promise<readonly Residue[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const where = `${file.directory}/${escapePath(file.path)}`;
    return [{ place: 'worktree', where, owner: 'user', note: `it could not be replaced: ${error.message}` }];
  }
}

/**
 * Takes a redaction back that an owner lifted, or that was late: the content returns to where its replacement stands in
 * this clone's worktrees, is welcome again, and leaves the quarantine. Returns the files that it could not write to.
 * Throws `UNDO_REFUSED` where nobody who may ordered it.
 */
export async function applyUnveil(workspace: Workspace, tombstone: TombstoneId): Promise<readonly Residue[]> {
  const record = await findRecord(workspace, tombstone);
  if (record === undefined || record.hides) return [];
  const problem = isUnbelieved(record) ? undefined : await removalProblem(workspace, record, 'lift');
  if (problem !== undefined) {
    throw new HeddleError('UNDO_REFUSED', `${shortId(tombstone)} is not to be lifted: ${problem}`, {
      facts: { tombstone },
      preserved: 'nothing was changed',
    });
  }
  const { contents, texts } = await contentsOrNone(workspace, record);
  const left = await restoreCopies(workspace, record, contents);
  if (texts !== undefined) {
    await restoreLines(workspace, texts, await otherHiders(workspace, record));
    await recallTasks(workspace, texts);
  }
  await workspace.shun.drop(tombstone);
  await workspace.quarantine.forget(tombstone);
  return left;
}

/** Killed while the quarantine was cleared, there is nothing to return any more: that was done before. */
async function contentsOrNone(workspace: Workspace, record: TombstoneRecord): Promise<QuarantinedContent> {
  try {
    return await readHeldContent(workspace, record);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return { contents: [] };
    throw error;
  }
}

async function restoreCopies(
  workspace: Workspace,
  record: TombstoneRecord,
  contents: readonly RemovedContent[],
): Promise<readonly Residue[]> {
  const escaped = record.texts === 'redacted' ? [] : record.texts.paths;
  const paths = escaped.flatMap((path) => unescapePath(path) ?? []);
  const standing = await findReplacements(workspace, record, { contents, paths });
  const left: Residue[] = [];
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const tree = await treeOf(workspace, gitDir);
    for (const path of paths) {
      const file = { directory, path };
      const stub = standing.get(keyOf(file));
      if (tree === undefined || stub === undefined) continue;
      // The paths had one content each, but over time: the state that the files came from tells which.
      const entry = await new PathFinder(workspace, path).find(tree);
      const content = contents.find(({ blob }) => blob === entry?.id);
      if (content === undefined) continue;
      left.push(...(await writeCopy(file, () => workspace.contents.replace(file, stub, content.bytes))));
    }
  }
  return left;
}

/** Where a tombstone's replacements stand in this clone's work trees: asked once for all of its paths. */
async function findReplacements(
  workspace: Workspace,
  record: TombstoneRecord,
  {
    contents,
    paths,
  }: { readonly contents: readonly RemovedContent[]; readonly paths: readonly Uint8Array[] },
): Promise<ReadonlyMap<string, ObjectId>> {
  const unwritten = workspace.writer.batch();
  const stubs = new Map<string, Pick<RemovedContent, 'blob' | 'bytes' | 'kind'>>();
  for (const content of distinct(contents)) {
    const { kind } = content;
    // What is kept of a content is the same under every name.
    for (const path of content.cuts === undefined ? paths : paths.slice(0, 1)) {
      const bytes = replacementAt(record, path, content);
      const blob = unwritten.add('blob', bytes);
      stubs.set(`${kind} ${blob}`, { blob, bytes, kind });
    }
  }
  const found = await workspace.contents.find([...stubs.values()]);
  return new Map(found.map((file) => [keyOf(file), file.blob]));
}

/** One of each kind stands for all of which nothing stays: their notices are the same. */
function distinct(contents: readonly RemovedContent[]): readonly RemovedContent[] {
  const whole = new Map(contents.filter(({ cuts }) => cuts === undefined).map((one) => [one.kind, one]));
  return [...whole.values(), ...contents.filter(({ cuts }) => cuts !== undefined)];
}

function keyOf({ directory, path }: WorktreeFile): string {
  return `${directory}\0${escapePath(path)}`;
}

/** The files of the state that a worktree stands at; undefined where it stands at none. */
async function treeOf(workspace: Workspace, gitDir: string): Promise<ObjectId | undefined> {
  const state = (await workspace.records.readPosition(gitDir))?.state ?? null;
  const carried = state === null ? undefined : await findState(workspace, state);
  return carried === undefined ? undefined : (await carrierTrees(workspace, carried.carrier)).files;
}

/** Whose replacement stands for a content: a later tombstone may have taken the place of the one that keeps it. */
function shownIn(
  set: Pick<TombstoneSet, 'hidden' | 'records'>,
  record: TombstoneRecord,
  { entries }: RemovedContent,
): ReplacingTombstone {
  const [entry] = entries;
  const last = entry === undefined ? undefined : successor(set, record.id, entry.file);
  if (last === undefined) return record;
  return { ...last, id: last.declaration.spans.find(({ file }) => file === entry?.file)?.by ?? last.id };
}

function replacementAt(record: ReplacingTombstone, path: Uint8Array, content: RemovedContent): Uint8Array {
  const name = splitPath(path).at(-1) ?? path;
  return replaceContent(record, content, { name: escapeSegment(name), kind: content.kind });
}
