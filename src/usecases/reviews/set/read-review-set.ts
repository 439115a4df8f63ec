import { parseDigest, type Digest } from '#domain/id.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  readEntries,
  readFiles,
  readRows,
  type RecordFiles,
  type SetRows,
} from '#usecases/signed-sets/set-files.ts';

/*
 * refs/heddle/reviews: a commit without parents, whose tree holds a directory for each review:
 *
 *   <digest>/    attestation.json chain review.json texts.json
 *
 * The commit is a function of the set: by "heddle" at the newest `at` of its records.
 */

/** One review's files, unparsed: of the right shape, and no more is known of it. */
export interface ReviewDirectory {
  readonly id: Digest;
  readonly files: RecordFiles;
}

/** Bounds what is believed before it was checked. */
export const MOST_REVIEWS = 16_384;
const SET = 'reviews';
const NAMES = ['attestation.json', 'chain', 'review.json', 'texts.json'];

/** Reads the directories of the set, as {@link readRows} does. */
export async function readReviewRows(
  workspace: Workspace,
  head: ObjectId,
): Promise<SetRows<ReviewDirectory>> {
  return readRows(workspace, head, {
    set: SET,
    ref: REVIEWS_REF,
    noun: 'review',
    most: MOST_REVIEWS,
    parseName: parseDigest,
    readOne: async (id: Digest, tree) => {
      const entries = await readEntries(workspace, tree, SET);
      return { id, files: await readFiles(workspace, entries, { names: NAMES, set: SET }) };
    },
  });
}
