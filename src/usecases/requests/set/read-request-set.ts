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
  readRows,
  type RecordFiles,
  type SetRows,
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

/** Bound what is believed before it was checked. */
export const MOST_REQUESTS = 4096;
const MOST_ANSWERS = 64;
const SET = 'requests';
const OWN = ['attestation.json', 'chain', 'request.json', 'texts.json'];
const ANSWER = ['answer.json', 'attestation.json', 'chain', 'texts.json'];

/** Reads the directories of the set, as {@link readRows} does. */
export async function readRequestRows(
  workspace: Workspace,
  head: ObjectId,
): Promise<SetRows<RequestDirectory>> {
  return readRows(workspace, head, {
    set: SET,
    ref: REQUESTS_REF,
    noun: 'request',
    most: MOST_REQUESTS,
    parseName: (name) => parseId('hq', name),
    readOne: (id, tree) => readOne(workspace, id, tree),
  });
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
