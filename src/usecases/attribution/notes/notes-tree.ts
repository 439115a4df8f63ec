import { utf8 } from '#domain/encoding/bytes.ts';
import { usageError } from '#domain/usage-error.ts';
import { NOTES_REFS } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree, type TreeEdit } from '#usecases/content/edit-tree.ts';

/** Where a note lies, and which blob it is. */
export interface NotePlace {
  /** Raw bytes; the names on it together are the commit's. */
  readonly path: Uint8Array;
  readonly blob: ObjectId;
}

/** Notes as they are at a ref. */
export interface NotesTree {
  /** Null where there are none. */
  readonly head: ObjectId | null;
  readonly tree: ObjectId | null;
  /** By the commit that each is of. */
  readonly notes: ReadonlyMap<ObjectId, NotePlace>;
}

/** Refuses what are no notes. Throws `USAGE`. */
export function requireNotesRef(verb: string, ref: string): string {
  if (ref.startsWith(NOTES_REFS) && ref.length > NOTES_REFS.length) return ref;
  throw usageError(verb, '--notes-ref is below refs/notes/', { ref: ref.slice(0, 200) });
}

/** The resource of notes: like a branch, they are a thread of Git's own. Throws `RESOURCE_INVALID`. */
export function notesResource(repository: string, ref: string): string {
  return threadResource(repository, ref.slice('refs/'.length));
}

/** Reads which commits have a note. Git spreads notes over directories; other files are none. */
export async function readNotesTree(workspace: Workspace, ref: string): Promise<NotesTree> {
  const head = (await workspace.refs.readBranch(ref)) ?? null;
  if (head === null) return { head, tree: null, notes: new Map() };
  const tree = await workspace.revisions.commitTree(head);
  const notes = new Map<ObjectId, NotePlace>();
  for (const { path, id, mode } of await workspace.objects.listFiles(tree)) {
    const commit = new TextDecoder('latin1').decode(path).replaceAll('/', '');
    if (mode === '100644' && /^[0-9a-f]{40}$/.test(commit)) notes.set(commit, { path, blob: id });
  }
  return { head, tree, notes };
}

/** The tree with these notes in it, each where one of its commit lies already. */
export async function writeNotesTree(
  workspace: Pick<Workspace, 'objects'>,
  batch: ObjectBatch,
  {
    tree,
    notes,
    written,
  }: Pick<NotesTree, 'tree' | 'notes'> & { readonly written: ReadonlyMap<ObjectId, ObjectId> },
): Promise<ObjectId> {
  const spread = [...notes.values()].some(({ path }) => path.includes(SLASH));
  const edits = Array.from(written, ([commit, blob]): TreeEdit => {
    const fresh = utf8(spread ? `${commit.slice(0, 2)}/${commit.slice(2)}` : commit);
    return { path: notes.get(commit)?.path ?? fresh, newMode: '100644', newId: blob };
  });
  return editTree(workspace, batch, { tree: tree ?? batch.addTree([]), edits });
}

const SLASH = 0x2f;
