import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import { IMPORTS_REF } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { formatInstant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { DIRECTORY, invalidSet, readEntries } from '#usecases/signed-sets/set-files.ts';

/*
 * refs/heddle/imports: a commit without parents, whose tree holds a directory for each import:
 *
 *   <digest>/   attestation.json chain import.json texts.json
 *
 * The commit is a function of the tree alone: two clones with the same set have the same one.
 */

/** Rows of the set, as they are. */
export interface ImportRows {
  /** Null where nothing was imported. */
  readonly head: ObjectId | null;
  readonly rows: readonly TreeEntry[];
}

/** The commit of a set of imports tells no time. */
const ANY_TIME = formatInstant(0);

/** Imports that a repository takes. */
export const MOST_IMPORTS = 1024;

/** Reads the rows at the ref. Throws `FORMAT_INVALID` where the set has no proper shape. */
export async function readImportRows(workspace: Workspace): Promise<ImportRows> {
  const head = (await workspace.refs.read(IMPORTS_REF)) ?? null;
  return { head, rows: head === null ? [] : await rowsOf(workspace, head) };
}

/** Reads the rows of a commit of the set. */
export async function rowsOf(workspace: Workspace, commit: ObjectId): Promise<readonly TreeEntry[]> {
  const rows = await readEntries(workspace, commit, 'imports');
  if (rows.length > MOST_IMPORTS) throw invalidSet('imports', `holds more than ${MOST_IMPORTS} imports`);
  return rows;
}

/** The digest that a row is named after; undefined for what is no import. */
export function rowDigest({ mode, name }: TreeEntry): Digest | undefined {
  try {
    return mode === DIRECTORY ? parseDigest(decodeUtf8(name) ?? '') : undefined;
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}

/** The move of the ref to other rows; to nothing where there is none. */
export function moveImports(
  batch: ObjectBatch,
  { head }: Pick<ImportRows, 'head'>,
  rows: readonly TreeEntry[],
): RefChange {
  const next =
    rows.length === 0 ? null : batch.add('commit', encodeSetCommit('imports', batch.addTree(rows), ANY_TIME));
  return { name: IMPORTS_REF, old: head, new: next };
}
