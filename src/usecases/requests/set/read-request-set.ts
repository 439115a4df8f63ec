import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest, type RequestId } from '#domain/id.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  DIRECTORY,
  invalidSet,
  readEntries,
  readFiles,
  type RecordFiles,
} from '#usecases/signed-sets/set-files.ts';

/*
 * refs/heddle/requests: a commit without parents, whose tree holds a directory for each request:
 *
 *   <hq-id>/                    request.json texts.json attestation.json chain
 *   <hq-id>/answer-<digest>/    answer.json texts.json attestation.json chain
 *
 * The commit is a function of the set: by "heddle" at the newest `at` of its records.
 */

/** One request's directory, unparsed: of the right shape, and no more is known of it. */
export interface RequestDirectory {
  readonly id: RequestId;
  /** The directory's Git entries, what nobody can read included. */
  readonly entries: readonly TreeEntry[];
  readonly own: RecordFiles;
  readonly answers: readonly { readonly digest: Digest; readonly files: RecordFiles }[];
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
const SET = 'requests';
const OWN = ['attestation.json', 'chain', 'request.json', 'texts.json'];
const ANSWER = ['answer.json', 'attestation.json', 'chain', 'texts.json'];

/**
 * Reads the directories of a set. What is wrong with one row is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape or too many rows.
 */
export async function readRequestRows(workspace: Workspace, head: ObjectId): Promise<RequestRows> {
  const rows = await readEntries(workspace, head, SET);
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
  const entries = await readEntries(workspace, tree, SET);
  const plain = entries.filter(({ mode }) => mode !== DIRECTORY);
  const own = await readFiles(workspace, plain, { names: OWN, set: SET });
  const answers: RequestDirectory['answers'][number][] = [];
  const problems: string[] = [];
  const directories = entries.filter(({ mode }) => mode === DIRECTORY);
  // Whoever adds more would choose which answers are read, and so which denial is not.
  if (directories.length > MOST_ANSWERS)
    throw invalid(`has a request with more than ${MOST_ANSWERS} answers`);
  for (const { name, id: below } of directories) {
    try {
      const digest = parseAnswerName(decodeUtf8(name) ?? '');
      const files = await readFiles(workspace, await readEntries(workspace, below, SET), {
        names: ANSWER,
        set: SET,
      });
      answers.push({ digest, files });
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      problems.push(error.message);
    }
  }
  return { id, entries, own, answers, problems };
}

function parseAnswerName(name: string): Digest {
  if (!name.startsWith('answer-')) throw invalid('holds a directory of no answer');
  return parseDigest(name.slice('answer-'.length));
}

function invalid(why: string): HeddleError {
  return invalidSet(SET, why);
}
