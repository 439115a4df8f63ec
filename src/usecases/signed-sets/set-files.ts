import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** The files of one signed record, unparsed, by name. */
export type RecordFiles = ReadonlyMap<string, Uint8Array>;

/** Bounds what is believed before it was checked. */
const LARGEST_FILE = 512 * 1024;
const FILE = '100644';

/** Git's mode of a directory. */
export const DIRECTORY = '40000';

/** The entries of a directory of a set, none twice. Throws `FORMAT_INVALID`. */
export async function readEntries(
  { objects }: Pick<Workspace, 'objects'>,
  tree: ObjectId,
  set: string,
): Promise<readonly TreeEntry[]> {
  const entries = await objects.readTree(tree);
  if (entries === undefined) throw invalidSet(set, 'lacks a directory');
  if (new Set(entries.map(({ name }) => decodeUtf8(name))).size < entries.length) {
    throw invalidSet(set, 'holds two things of one name');
  }
  return entries;
}

/** The files of a record: exactly these, in order of name, and no other. Throws `FORMAT_INVALID`. */
export async function readFiles(
  { objects }: Pick<Workspace, 'objects'>,
  entries: readonly TreeEntry[],
  { names, set }: { readonly names: readonly string[]; readonly set: string },
): Promise<RecordFiles> {
  const found = entries.map(({ mode, name }) => `${mode} ${decodeUtf8(name) ?? ''}`);
  const wanted = names.map((name) => `${FILE} ${name}`);
  if (found.toSorted().join('\n') !== wanted.join('\n')) {
    throw invalidSet(set, 'has other files than it should');
  }
  const files = new Map<string, Uint8Array>();
  for (const { name, id } of entries) {
    const blob = await objects.read(id, LARGEST_FILE);
    if (blob?.kind !== 'blob') throw invalidSet(set, 'lacks one of its files');
    files.set(decodeUtf8(name) ?? '', blob.content);
  }
  return files;
}

/** What is wrong with a set, such as `requests`. */
export function invalidSet(set: string, why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the set of ${set} ${why}`, { preserved: 'nothing was changed' });
}
