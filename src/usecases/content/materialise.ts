import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import { replaceContent, type CutContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { FileEntry, ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { editTree, type TreeEdit } from './edit-tree.ts';
import { loadRefusalCheck } from './refused-content.ts';
import { findShunCheck } from './shunned.ts';

/**
 * The one way in which files are checked out: what this clone refuses never reaches the disk, its replacement stands
 * in its place, in the worktree's index too.
 */
export async function materialiseFiles(
  workspace: Workspace,
  places: RepositoryPlaces,
  tree: ObjectId,
): Promise<void> {
  await workspace.worktrees.materialise(places, await presentableTree(workspace, tree));
}

/** A tree of files as it may be put on the disk: replacements stand for what this clone refuses. Durable on return. */
export async function presentableTree(workspace: Workspace, tree: ObjectId): Promise<ObjectId> {
  if ((await findShunCheck(workspace)) === undefined) return tree;
  const { view } = await knowAuthority(workspace);
  const refusedBy = await loadRefusalCheck(workspace, await readTombstones(workspace, view));
  const batch = workspace.writer.batch();
  const edits: TreeEdit[] = [];
  const contents = new HeldContents(workspace);
  for (const file of await workspace.objects.listFiles(tree)) {
    const tombstone = kindOfMode(file.mode) === 'submodule' ? undefined : await refusedBy(file.id);
    if (tombstone === undefined) continue;
    edits.push(replacementOf(batch, file, { tombstone, content: await contents.of(tombstone, file.id) }));
  }
  if (edits.length === 0) return tree;
  const edited = await editTree(workspace, batch, { tree, edits });
  await batch.write();
  return edited;
}

function replacementOf(
  batch: ObjectBatch,
  { path, mode }: FileEntry,
  { tombstone, content }: { readonly tombstone: TombstoneRecord; readonly content: CutContent },
): TreeEdit {
  const kind = kindOfMode(mode);
  invariant(kind !== undefined, 'what is listed has a mode of today');
  const name = escapeSegment(splitPath(path).at(-1) ?? path);
  return {
    path,
    newMode: mode,
    newId: batch.add('blob', replaceContent(tombstone, content, { name, kind })),
  };
}

/** A content that goes as a whole, whatever it was. */
const WHOLE: CutContent = { bytes: new Uint8Array() };

/**
 * What was cut out of contents, as this home's quarantine tells it; read only where a rest stays. Where it does not
 * tell, all of a content is replaced.
 */
class HeldContents {
  readonly #quarantine: Workspace['quarantine'];
  readonly #read = new Map<TombstoneId, readonly RemovedContent[]>();

  constructor({ quarantine }: Pick<Workspace, 'quarantine'>) {
    this.#quarantine = quarantine;
  }

  async of({ id, declaration }: TombstoneRecord, blob: ObjectId): Promise<CutContent> {
    if (declaration.spans.length === 0) return WHOLE;
    const contents = this.#read.get(id) ?? (await this.#open(id));
    this.#read.set(id, contents);
    return contents.find((content) => content.blob === blob) ?? WHOLE;
  }

  async #open(id: TombstoneId): Promise<readonly RemovedContent[]> {
    try {
      return (await this.#quarantine.open(id))?.contents ?? [];
    } catch (error) {
      if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return [];
      throw error;
    }
  }
}
