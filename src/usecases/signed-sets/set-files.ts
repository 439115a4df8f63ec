import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { SetName } from './set-commit.ts';

/** The files of one signed record, unparsed, by name. */
export type RecordFiles = ReadonlyMap<string, Uint8Array>;

/** Bounds what is believed before it was checked. */
const LARGEST_FILE = 512 * 1024;
const LONGEST_SUBJECT = 80;
const FILE = '100644';

/** Git's mode of a directory. */
export const DIRECTORY = '40000';

/** The entries of a directory of a set, none twice. Throws `FORMAT_INVALID`. */
export async function readEntries(
  { objects }: Pick<Workspace, 'objects'>,
  tree: ObjectId,
  set: SetName,
): Promise<readonly TreeEntry[]> {
  const entries = await objects.readTree(tree);
  if (entries === undefined) throw invalidSet(set, 'lacks a directory');
  if (new Set(entries.map(({ name }) => decodeUtf8(name))).size < entries.length) {
    throw invalidSet(set, 'holds two things of one name');
  }
  return entries;
}

/** The files that a record has, and what of them is read. */
export interface WantedFiles {
  readonly set: SetName;
  /** In order. */
  readonly names: readonly string[];
  /** Bytes of each; 512 KiB where it is left out. */
  readonly largest?: number;
  /** Hears the length of each file that was read, whether the rest can be or not. */
  readonly spend?: (bytes: number) => void;
}

/** The files of a record: exactly these and no other. Throws `FORMAT_INVALID`. */
export async function readFiles(
  { objects }: Pick<Workspace, 'objects'>,
  entries: readonly TreeEntry[],
  { names, set, largest = LARGEST_FILE, spend }: WantedFiles,
): Promise<RecordFiles> {
  const found = entries.map(({ mode, name }) => `${mode} ${decodeUtf8(name) ?? ''}`);
  const wanted = names.map((name) => `${FILE} ${name}`);
  if (found.toSorted().join('\n') !== wanted.join('\n')) {
    throw invalidSet(set, 'has other files than it should');
  }
  const files = new Map<string, Uint8Array>();
  for (const { name, id } of entries) {
    const blob = await objects.read(id, largest);
    if (blob?.kind !== 'blob') throw invalidSet(set, 'lacks one of its files');
    spend?.(blob.content.length);
    files.set(decodeUtf8(name) ?? '', blob.content);
  }
  return files;
}

/** A row of a set that could not be read, and why. */
export interface UnreadableRow {
  /** The row's name, cut where it is longer than any proper one; the set's ref where it is no text. */
  readonly subject: string;
  readonly why: string;
}

/** The rows of a set's tree, each as it is, and what was read of them. */
export interface SetRows<Row> {
  readonly rows: readonly TreeEntry[];
  readonly read: readonly (Row | UnreadableRow)[];
}

/** How the directories of one set are read. */
export interface RowReader<Id extends string, Row> {
  readonly set: SetName;
  readonly ref: string;
  /** What a row stands for, such as `review`. */
  readonly noun: string;
  readonly most: number;
  /** Throws where a row is named for nothing of this set. */
  readonly parseName: (name: string) => Id;
  readonly readOne: (id: Id, tree: ObjectId) => Promise<Row>;
}

/**
 * Reads the directories of a set. What is wrong with one row is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape or too many rows.
 */
export async function readRows<Id extends string, Row>(
  workspace: Workspace,
  head: ObjectId,
  { set, ref, noun, most, parseName, readOne }: RowReader<Id, Row>,
): Promise<SetRows<Row>> {
  const rows = await readEntries(workspace, head, set);
  if (rows.length > most) throw invalidSet(set, `holds more than ${most} ${set}`);
  const read: (Row | UnreadableRow)[] = [];
  for (const row of rows) {
    const name = decodeUtf8(row.name) ?? '';
    try {
      if (row.mode !== DIRECTORY) throw invalidSet(set, `holds what is no ${noun}`);
      read.push(await readOne(parseName(name), row.id));
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      read.push({ subject: name === '' ? ref : name.slice(0, LONGEST_SUBJECT), why: error.message });
    }
  }
  return { rows, read };
}

/** What is wrong with a set. */
export function invalidSet(set: SetName, why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the set of ${set} ${why}`, { preserved: 'nothing was changed' });
}
