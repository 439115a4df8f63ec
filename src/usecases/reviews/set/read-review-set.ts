import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
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

/** A row of the set that could not be read, and why. */
export interface UnreadableReview {
  readonly subject: string;
  readonly why: string;
}

export interface ReviewRows {
  /** Entries of the set's tree, each as it is. */
  readonly rows: readonly TreeEntry[];
  readonly read: readonly (ReviewDirectory | UnreadableReview)[];
}

/** Bounds what is believed before it was checked. */
export const MOST_REVIEWS = 16_384;
const SET = 'reviews';
const NAMES = ['attestation.json', 'chain', 'review.json', 'texts.json'];

/**
 * Reads the directories of a set. What is wrong with one row is told of it alone; throws `FORMAT_INVALID`,
 * `OBJECT_CORRUPT` where the set itself has no proper shape or too many rows.
 */
export async function readReviewRows(workspace: Workspace, head: ObjectId): Promise<ReviewRows> {
  const rows = await readEntries(workspace, head, SET);
  if (rows.length > MOST_REVIEWS) throw invalidSet(SET, `holds more than ${MOST_REVIEWS} reviews`);
  const read: (ReviewDirectory | UnreadableReview)[] = [];
  for (const row of rows) {
    const name = decodeUtf8(row.name) ?? '';
    try {
      if (row.mode !== DIRECTORY) throw invalidSet(SET, 'holds what is no review');
      const id = parseDigest(name);
      const entries = await readEntries(workspace, row.id, SET);
      read.push({ id, files: await readFiles(workspace, entries, { names: NAMES, set: SET }) });
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      read.push({ subject: name === '' ? REVIEWS_REF : name.slice(0, 80), why: error.message });
    }
  }
  return { rows, read };
}
