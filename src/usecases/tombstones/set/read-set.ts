import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest, type TombstoneId } from '#domain/id.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

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

/** The files of one record, unparsed, by name. */
export type RecordFiles = ReadonlyMap<string, Uint8Array>;

/** One tombstone's directory, unparsed: of the right shape, and no more is known of it. */
export interface TombstoneFiles {
  readonly id: TombstoneId;
  /** The directory's Git entries. */
  readonly entries: readonly TreeEntry[];
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

/** One tombstone that could not be read, and why. */
export interface UnreadableTombstone {
  readonly id: TombstoneId;
  readonly why: string;
}

/**
 * Reads the directories of a set. What is wrong with one tombstone is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape.
 */
export async function readTombstoneFiles(
  workspace: Workspace,
  head: ObjectId,
): Promise<readonly (TombstoneFiles | UnreadableTombstone)[]> {
  const rows = await readEntries(workspace, head);
  if (rows.length > MOST_TOMBSTONES) throw invalid(`holds more than ${MOST_TOMBSTONES} tombstones`);
  const budget = { left: LARGEST_SET };
  const read: (TombstoneFiles | UnreadableTombstone)[] = [];
  for (const row of rows) {
    const name = decodeUtf8(row.name) ?? '';
    if (row.mode !== DIRECTORY || !name.startsWith('hr-')) throw invalid('holds what is no tombstone');
    const id = parseId('hr', name);
    read.push(await readOne(workspace, { id, tree: row.id }, budget));
  }
  return read;
}

const DIRECTORY = '40000';
const FILE = '100644';

interface Budget {
  left: number;
}

async function readOne(
  workspace: Workspace,
  { id, tree }: { readonly id: TombstoneId; readonly tree: ObjectId },
  budget: Budget,
): Promise<TombstoneFiles | UnreadableTombstone> {
  try {
    const entries = await readEntries(workspace, tree);
    const directories = entries.filter(({ mode }) => mode === DIRECTORY);
    if (directories.length > MOST_RECORDS) throw invalid(`holds more than ${MOST_RECORDS} records`);
    const own = entries.filter(({ mode }) => mode !== DIRECTORY);
    const records: TombstoneFiles['records'][number][] = [];
    const declaration = await readFiles(workspace, { entries: own, names: DECLARATION }, budget);
    for (const { name, id: below } of directories) {
      const { kind, digest } = parseRecordName(decodeUtf8(name) ?? '');
      const inside = await readEntries(workspace, below);
      const files = await readFiles(workspace, { entries: inside, names: FILES[kind] }, budget);
      records.push({ kind, digest, files });
    }
    return { id, entries, declaration, records };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { id, why: error.message };
  }
}

async function readEntries({ objects }: Workspace, tree: ObjectId): Promise<readonly TreeEntry[]> {
  const entries = await objects.readTree(tree);
  if (entries === undefined) throw invalid('lacks a directory');
  if (new Set(entries.map(({ name }) => decodeUtf8(name))).size < entries.length) {
    throw invalid('holds two things of one name');
  }
  return entries;
}

function parseRecordName(name: string): { readonly kind: RecordKind; readonly digest: Digest } {
  const kind = RECORD_KINDS.find((candidate) => name.startsWith(`${candidate}-`));
  if (kind === undefined) throw invalid('holds a directory of no record');
  return { kind, digest: parseDigest(name.slice(kind.length + 1)) };
}

/** Exactly these files and no other. */
async function readFiles(
  { objects }: Workspace,
  { entries, names }: { readonly entries: readonly TreeEntry[]; readonly names: readonly string[] },
  budget: Budget,
): Promise<RecordFiles> {
  const found = entries.map(({ mode, name }) => `${mode} ${decodeUtf8(name) ?? ''}`);
  const wanted = names.map((name) => `${FILE} ${name}`);
  if (found.toSorted().join('\n') !== wanted.join('\n')) throw invalid('has other files than it should');
  const files = new Map<string, Uint8Array>();
  for (const { name, id } of entries) {
    const blob = await objects.read(id, Math.min(LARGEST_FILE, budget.left));
    if (blob?.kind !== 'blob') throw invalid('lacks one of its files');
    budget.left -= blob.content.length;
    files.set(decodeUtf8(name) ?? '', blob.content);
  }
  return files;
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the tombstone set ${why}`, {
    preserved: 'nothing was changed',
  });
}
