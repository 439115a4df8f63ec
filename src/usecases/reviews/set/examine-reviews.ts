import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { REVIEWS_REF } from '#domain/refs.ts';
import { redactedWords } from '#domain/removal/redacted-texts.ts';
import { decodeReview, reviewDigest, type Review } from '#domain/review/review-codec.ts';
import { inOrder, type ReviewRecord } from '#domain/review/review-set.ts';
import { decodeReviewTexts } from '#domain/review/review-texts.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isSetCommit, OTHER_COMMIT } from '#usecases/signed-sets/set-commit.ts';
import type { SetRows } from '#usecases/signed-sets/set-files.ts';
import {
  assertTexts,
  attested,
  fileOf,
  guarded,
  invalidRecord,
} from '#usecases/signed-sets/signed-record.ts';
import { readReviewRows, type ReviewDirectory } from './read-review-set.ts';

/** The set of reviews with whatever is wrong with it. */
export interface ExaminedReviews {
  /** Null where there is no review. */
  readonly head: ObjectId | null;
  /** Rows of the set's tree, damaged ones included: a writer carries them along. */
  readonly rows: readonly TreeEntry[];
  /** Reviews that were wanted and whose signatures and chains hold. Whether each was right is not asked. */
  readonly records: ReadonlyMap<Digest, ReviewRecord>;
  /** The newest time of all that can be read; null of an empty set. */
  readonly newest: Instant | null;
  readonly problems: readonly { readonly subject: string; readonly why: string }[];
  /** True where the set itself could not be read. */
  readonly unreadable: boolean;
}

/**
 * Reads the set and verifies ids, texts, signatures and token chains against the keys that `view` has. What is
 * damaged or foreign is told and left out; it never throws for what is in the set.
 *
 * @param wanted what is looked at; every review where left out.
 */
export async function examineReviews(
  workspace: Workspace,
  view: AuthorityView,
  wanted: (review: Review) => boolean = () => true,
): Promise<ExaminedReviews> {
  const head = (await workspace.refs.read(REVIEWS_REF)) ?? null;
  const none = { rows: [], records: new Map(), newest: null };
  if (head === null) return { head, ...none, problems: [], unreadable: false };
  try {
    const { rows, read } = await readReviewRows(workspace, head);
    const { found, newest, problems } = decodeRows(workspace, view, { read, wanted });
    // Of a set that is damaged nothing can be derived.
    if (
      problems.length === 0 &&
      !(await isSetCommit(workspace, head, { set: 'reviews', newest: newest ?? undefined }))
    ) {
      problems.push({ subject: REVIEWS_REF, why: OTHER_COMMIT });
    }
    const records = new Map(inOrder(found).map((record) => [record.id, record]));
    return { head, rows, records, newest, problems, unreadable: false };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { head, ...none, problems: [{ subject: REVIEWS_REF, why: error.message }], unreadable: true };
  }
}

interface Decoded {
  readonly found: readonly ReviewRecord[];
  readonly newest: Instant | null;
  readonly problems: { readonly subject: string; readonly why: string }[];
}

function decodeRows(
  workspace: Workspace,
  view: AuthorityView,
  {
    read,
    wanted,
  }: { readonly read: SetRows<ReviewDirectory>['read']; readonly wanted: (review: Review) => boolean },
): Decoded {
  const problems: Decoded['problems'] = [];
  const found: ReviewRecord[] = [];
  const times: Instant[] = [];
  for (const one of read) {
    if ('why' in one) {
      problems.push(one);
      continue;
    }
    const why: string[] = [];
    const review = guarded(why, () => decodeOne(workspace, view, one));
    if (review !== undefined) times.push(review.at);
    const looked = review !== undefined && wanted(review);
    const record = looked ? guarded(why, () => recordOf(workspace, view, { ...one, review })) : undefined;
    if (record !== undefined) found.push(record);
    problems.push(...why.map((said) => ({ subject: one.id, why: said })));
  }
  return { found, newest: times.toSorted().at(-1) ?? null, problems };
}

function decodeOne({ hasher }: Workspace, view: AuthorityView, { id, files }: ReviewDirectory): Review {
  const bytes = fileOf(files, 'review.json');
  if (reviewDigest(hasher, bytes) !== id) throw invalidRecord('its review is another one');
  const review = decodeReview(bytes);
  if (review.repo !== view.genesis) throw invalidRecord('it belongs to another repository');
  return review;
}

function recordOf(
  workspace: Workspace,
  view: AuthorityView,
  { id, files, review }: ReviewDirectory & { readonly review: Review },
): ReviewRecord {
  const signed = attested(workspace, view, { kind: 'review', id, files, claim: review });
  const texts = decodeReviewTexts(fileOf(files, 'texts.json'));
  if ('redactedBy' in texts) {
    return { id, review, texts: { message: redactedWords(texts), base: null }, ...texts, ...signed };
  }
  assertTexts(workspace.hasher, files, review.texts);
  return { id, review, texts, ...signed };
}
