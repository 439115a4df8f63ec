import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest, type TombstoneId } from '#domain/id.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  DIRECTORY,
  invalidSet,
  readFiles,
  type RecordFiles,
  type WantedFiles,
} from '#usecases/signed-sets/set-files.ts';

/*
 * refs/heddle/tombstones: a commit without parents, whose tree holds a directory for each tombstone:
 *
 *   <hr-id>/                     declaration.json texts.json attestation.json chain
 *   <hr-id>/lift-<digest>/       lift.json texts.json attestation.json chain
 *   <hr-id>/purge-<digest>/      purge.json texts.json attestation.json chain
 *   <hr-id>/receipt-<digest>/    receipt.json texts.json attestation.json
 *
 * and nothing else. The commit is a function of the set: by "heddle" at the newest `at` of its records.
 */

export const RECORD_KINDS = ['lift', 'purge', 'receipt'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** One tombstone's directory, unparsed: its own files are all there, and no more is known of it. */
export interface TombstoneFiles {
  readonly id: TombstoneId;
  /** The directory's row in the set's tree. */
  readonly row: TreeEntry;
  /** The directory's Git entries. */
  readonly entries: readonly TreeEntry[];
  /** What else is in it that is no record: said nothing by, and kept. */
  readonly strange: readonly string[];
  readonly declaration: RecordFiles;
  readonly records: readonly {
    readonly kind: RecordKind;
    readonly digest: Digest;
    readonly files: RecordFiles;
  }[];
}

/** Bound what is believed before it was checked. */
const MOST_TOMBSTONES = 10_000;
const MOST_RECORDS = 10_000;
const LARGEST_FILE = 32 * 1024 * 1024;
const LARGEST_SET = 512 * 1024 * 1024;

const DECLARATION = ['attestation.json', 'chain', 'declaration.json', 'texts.json'];
const FILES: Readonly<Record<RecordKind, readonly string[]>> = {
  lift: ['attestation.json', 'chain', 'lift.json', 'texts.json'],
  purge: ['attestation.json', 'chain', 'purge.json', 'texts.json'],
  receipt: ['attestation.json', 'receipt.json', 'texts.json'],
};

/** One row of a set that could not be read, and why. */
export interface UnreadableRow {
  /** The tombstone's id; the row's name, escaped, below the ref, where it is none. */
  readonly subject: string;
  readonly row: TreeEntry;
  readonly why: string;
}

/**
 * Reads the directories of a set. What is wrong with one row is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape, or is too large to be looked through.
 */
export async function readTombstoneFiles(
  workspace: Workspace,
  head: ObjectId,
): Promise<readonly (TombstoneFiles | UnreadableRow)[]> {
  const rows = await readEntries(workspace, head);
  if (rows.length > MOST_TOMBSTONES) throw invalid(`holds more than ${MOST_TOMBSTONES} tombstones`);
  const budget = { left: LARGEST_SET };
  const read: (TombstoneFiles | UnreadableRow)[] = [];
  for (const row of rows) {
    const id = rowId(row);
    if (id === undefined) {
      const subject = `${TOMBSTONES_REF}/${escapeSegment(row.name)}`;
      read.push({ subject, row, why: 'the tombstone set holds what is no tombstone' });
    } else read.push(await readOne(workspace, { id, row }, budget));
    // Which of the rest would be sound cannot be told: none of it may be taken for missing.
    if (budget.left < 0) throw invalid('is larger than any that is read');
  }
  return read;
}

function rowId({ mode, name }: TreeEntry): TombstoneId | undefined {
  try {
    return mode === DIRECTORY ? parseId('hr', decodeUtf8(name) ?? '') : undefined;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return undefined;
  }
}

const FILE = '100644';

interface Budget {
  left: number;
}

async function readOne(
  workspace: Workspace,
  { id, row }: { readonly id: TombstoneId; readonly row: TreeEntry },
  budget: Budget,
): Promise<TombstoneFiles | UnreadableRow> {
  try {
    const entries = await readEntries(workspace, row.id);
    const directories = entries.filter(({ mode }) => mode === DIRECTORY);
    if (directories.length > MOST_RECORDS) throw invalid(`holds more than ${MOST_RECORDS} records`);
    const isOwn = ({ mode, name }: TreeEntry): boolean =>
      mode === FILE && DECLARATION.includes(decodeUtf8(name) ?? '');
    const declaration = await readFiles(workspace, entries.filter(isOwn), wanted(DECLARATION, budget));
    const others = entries.filter((entry) => entry.mode !== DIRECTORY && !isOwn(entry));
    const strange = others.length === 0 ? [] : ['the tombstone set has other files than it should'];
    const records: TombstoneFiles['records'][number][] = [];
    for (const directory of directories) {
      const read = await readRecord(workspace, directory, budget);
      if (typeof read === 'string') strange.push(read);
      else records.push(read);
    }
    return { id, row, entries, strange, declaration, records };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { subject: id, row, why: error.message };
  }
}

/** A record about a tombstone; why it is none, where somebody put something else beside the others. */
async function readRecord(
  workspace: Workspace,
  { name, id }: TreeEntry,
  budget: Budget,
): Promise<TombstoneFiles['records'][number] | string> {
  try {
    const { kind, digest } = parseRecordName(decodeUtf8(name) ?? '');
    const inside = await readEntries(workspace, id);
    const files = await readFiles(workspace, inside, wanted(FILES[kind], budget));
    return { kind, digest, files };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return error.message;
  }
}

async function readEntries({ objects }: Workspace, tree: ObjectId): Promise<readonly TreeEntry[]> {
  const entries = await objects.readTree(tree);
  if (entries === undefined) throw invalid('lacks a directory');
  return entries;
}

function parseRecordName(name: string): { readonly kind: RecordKind; readonly digest: Digest } {
  const kind = RECORD_KINDS.find((candidate) => name.startsWith(`${candidate}-`));
  if (kind === undefined) throw invalid('holds a directory of no record');
  return { kind, digest: parseDigest(name.slice(kind.length + 1)) };
}

/** How the files of a record are read: what they cost counts, whether the rest of it can be read or not. */
function wanted(names: readonly string[], budget: Budget): WantedFiles {
  const spend = (bytes: number): void => {
    budget.left -= bytes;
  };
  return { set: 'tombstones', names, largest: LARGEST_FILE, spend };
}

function invalid(why: string): HeddleError {
  return invalidSet('tombstones', why);
}
