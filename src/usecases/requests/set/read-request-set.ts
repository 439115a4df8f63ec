import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest, type RequestId } from '#domain/id.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/*
 * refs/heddle/requests: a commit without parents, whose tree holds a directory for each request:
 *
 *   <hq-id>/                    request.json texts.json attestation.json chain
 *   <hq-id>/answer-<digest>/    answer.json texts.json attestation.json chain
 *
 * The commit is a function of the set: by "heddle" at the newest `at` of its records.
 */

/** The files of one record, unparsed, by name. */
export type RequestFiles = ReadonlyMap<string, Uint8Array>;

/** One request's directory, unparsed: of the right shape, and no more is known of it. */
export interface RequestDirectory {
  readonly id: RequestId;
  /** The directory's Git entries, what nobody can read included. */
  readonly entries: readonly TreeEntry[];
  readonly own: RequestFiles;
  readonly answers: readonly { readonly digest: Digest; readonly files: RequestFiles }[];
  /** What is wrong with answers that are left out. */
  readonly problems: readonly string[];
}

/** A row of the set that could not be read, and why. */
export interface UnreadableRequest {
  readonly subject: string;
  readonly why: string;
}

export interface RequestRows {
  /** Entries of the set's tree, each as it is. */
  readonly rows: readonly TreeEntry[];
  readonly read: readonly (RequestDirectory | UnreadableRequest)[];
}

/** Bound what is believed before it was checked. */
export const MOST_REQUESTS = 4096;
const MOST_ANSWERS = 64;
const LARGEST_FILE = 512 * 1024;
const DIRECTORY = '40000';
const FILE = '100644';
const OWN = ['attestation.json', 'chain', 'request.json', 'texts.json'];
const ANSWER = ['answer.json', 'attestation.json', 'chain', 'texts.json'];

/**
 * Reads the directories of a set. What is wrong with one row is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape or too many rows.
 */
export async function readRequestRows(workspace: Workspace, head: ObjectId): Promise<RequestRows> {
  const rows = await readEntries(workspace, head);
  if (rows.length > MOST_REQUESTS) throw invalid(`holds more than ${MOST_REQUESTS} requests`);
  const read: (RequestDirectory | UnreadableRequest)[] = [];
  for (const row of rows) {
    const name = decodeUtf8(row.name) ?? '';
    try {
      if (row.mode !== DIRECTORY) throw invalid('holds what is no request');
      read.push(await readOne(workspace, parseId('hq', name), row.id));
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      read.push({ subject: name.startsWith('hq-') ? name.slice(0, 80) : REQUESTS_REF, why: error.message });
    }
  }
  return { rows, read };
}

async function readOne(workspace: Workspace, id: RequestId, tree: ObjectId): Promise<RequestDirectory> {
  const entries = await readEntries(workspace, tree);
  const plain = entries.filter(({ mode }) => mode !== DIRECTORY);
  const own = await readFiles(workspace, plain, OWN);
  const answers: RequestDirectory['answers'][number][] = [];
  const problems: string[] = [];
  const directories = entries.filter(({ mode }) => mode === DIRECTORY);
  // Whoever adds more would choose which answers are read, and so which denial is not.
  if (directories.length > MOST_ANSWERS)
    throw invalid(`has a request with more than ${MOST_ANSWERS} answers`);
  for (const { name, id: below } of directories) {
    try {
      const digest = parseAnswerName(decodeUtf8(name) ?? '');
      const files = await readFiles(workspace, await readEntries(workspace, below), ANSWER);
      answers.push({ digest, files });
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      problems.push(error.message);
    }
  }
  return { id, entries, own, answers, problems };
}

async function readEntries({ objects }: Workspace, tree: ObjectId): Promise<readonly TreeEntry[]> {
  const entries = await objects.readTree(tree);
  if (entries === undefined) throw invalid('lacks a directory');
  if (new Set(entries.map(({ name }) => decodeUtf8(name))).size < entries.length) {
    throw invalid('holds two things of one name');
  }
  return entries;
}

function parseAnswerName(name: string): Digest {
  if (!name.startsWith('answer-')) throw invalid('holds a directory of no answer');
  return parseDigest(name.slice('answer-'.length));
}

/** Exactly these files and no other. */
async function readFiles(
  { objects }: Workspace,
  entries: readonly TreeEntry[],
  names: readonly string[],
): Promise<RequestFiles> {
  const found = entries.map(({ mode, name }) => `${mode} ${decodeUtf8(name) ?? ''}`);
  const wanted = names.map((name) => `${FILE} ${name}`);
  if (found.toSorted().join('\n') !== wanted.join('\n')) throw invalid('has other files than it should');
  const files = new Map<string, Uint8Array>();
  for (const { name, id } of entries) {
    const blob = await objects.read(id, LARGEST_FILE);
    if (blob?.kind !== 'blob') throw invalid('lacks one of its files');
    files.set(decodeUtf8(name) ?? '', blob.content);
  }
  return files;
}

function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the set of requests ${why}`, {
    preserved: 'nothing was changed',
  });
}
