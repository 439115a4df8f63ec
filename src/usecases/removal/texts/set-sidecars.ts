import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { coveredRecord, type CoveredRecord } from '#domain/removal/covered-record.ts';
import { REQUESTS_REF, REVIEWS_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DIRECTORY } from '#usecases/signed-sets/set-files.ts';
import { STATE_TEXTS } from '#usecases/states/list-carriers.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { LARGEST_SIDECAR, type HeldSidecar } from './held-sidecar.ts';

/** The sets whose records have sidecars that a removal takes out, and what a row without a prefix is called. */
const SETS = [
  { ref: REQUESTS_REF, what: 'request', digests: 'answer' },
  { ref: REVIEWS_REF, what: 'review', digests: 'review' },
  { ref: TOMBSTONES_REF, what: 'tombstone', digests: null },
] as const;
type KnownSet = (typeof SETS)[number];

/** Every sidecar of these sets. What is damaged is passed over: `verify` tells it. */
export async function* setSidecars(workspace: Workspace): AsyncGenerator<HeldSidecar> {
  for (const set of SETS) {
    const head = await workspace.refs.read(set.ref);
    if (head !== undefined) yield* sidecarsOf(workspace, set, head);
  }
}

/** A record's directory is at the top of a set or below that of another: whoever nests them deeper made no record. */
const DEEPEST = 2;

async function* sidecarsOf(
  workspace: Workspace,
  set: KnownSet,
  tree: ObjectId,
  depth = 1,
): AsyncGenerator<HeldSidecar> {
  if (depth > DEEPEST) return;
  for (const row of (await workspace.objects.readTree(tree)) ?? []) {
    const record = recordOf(set, row);
    if (record === undefined) continue;
    yield* sidecarIn(workspace, row.id, { record, what: record.startsWith('answer-') ? 'answer' : set.what });
    yield* sidecarsOf(workspace, set, row.id, depth + 1);
  }
}

/** The sidecar of one record's directory; none where it was redacted, and where somebody planted something else. */
async function* sidecarIn(
  { objects }: Workspace,
  tree: ObjectId,
  about: Pick<HeldSidecar, 'record' | 'what'>,
): AsyncGenerator<HeldSidecar> {
  const blob = (await objects.readTree(tree))?.find((entry) => nameOf(entry) === STATE_TEXTS)?.id;
  const read = blob === undefined ? undefined : await objects.read(blob, LARGEST_SIDECAR);
  const says = read?.kind === 'blob' ? readSidecar(read.content) : undefined;
  if (read === undefined || says === undefined) return;
  yield { ...about, bytes: read.content, blob: read.id, thread: null, states: [], says };
}

/** What a sidecar says; undefined for one that was redacted, and for what somebody planted. */
function readSidecar(bytes: Uint8Array): Json | undefined {
  try {
    const says = decodeCanonical(bytes, 'sidecar', LARGEST_SIDECAR);
    return jsonField(says, 'type') === 'redacted-texts' ? undefined : says;
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}

/** What a directory of a set stands for; undefined for anything else. */
function recordOf(set: KnownSet, row: TreeEntry): CoveredRecord | undefined {
  if (row.mode !== DIRECTORY) return undefined;
  const name = nameOf(row);
  return coveredRecord(set.digests === 'review' ? `review-${name}` : name);
}

function nameOf({ name }: TreeEntry): string {
  return decodeUtf8(name) ?? '';
}

/**
 * Other sidecars beside some records of requests and reviews: the moves of their sets. A set's commit is a function of
 * its tree and its newest time, so it stays but for the tree. Tombstones move with their own draft.
 */
export async function replaceSetTexts(
  workspace: Workspace,
  batch: ObjectBatch,
  texts: ReadonlyMap<CoveredRecord, ObjectId>,
): Promise<readonly RefChange[]> {
  const moves: RefChange[] = [];
  for (const set of SETS) {
    const head = set.ref === TOMBSTONES_REF ? undefined : await workspace.refs.read(set.ref);
    const commit = head === undefined ? undefined : await findCommit(workspace, head);
    const old = commit === undefined ? undefined : parseCommitLinks(commit.content)?.tree;
    if (head === undefined || commit === undefined || old === undefined) continue;
    const tree = await replaceInTree(workspace, batch, { set, tree: old, texts, own: undefined, depth: 0 });
    if (tree === old) continue;
    const text = decodeUtf8(commit.content) ?? '';
    moves.push({ name: set.ref, old: head, new: batch.add('commit', utf8(text.replace(old, tree))) });
  }
  return moves;
}

interface Replacing {
  readonly set: KnownSet;
  readonly tree: ObjectId;
  readonly texts: ReadonlyMap<CoveredRecord, ObjectId>;
  /** What stands beside the record that the tree is of; undefined leaves it. */
  readonly own: ObjectId | undefined;
  readonly depth: number;
}

async function replaceInTree(
  workspace: Workspace,
  batch: ObjectBatch,
  { set, tree, texts, own, depth }: Replacing,
): Promise<ObjectId> {
  const rows = (await workspace.objects.readTree(tree)) ?? [];
  const replaced: TreeEntry[] = [];
  for (const row of rows) {
    const record = depth < DEEPEST ? recordOf(set, row) : undefined;
    if (record !== undefined) {
      const below = { set, tree: row.id, texts, own: texts.get(record), depth: depth + 1 };
      replaced.push({ ...row, id: await replaceInTree(workspace, batch, below) });
    } else replaced.push(own !== undefined && nameOf(row) === STATE_TEXTS ? { ...row, id: own } : row);
  }
  return replaced.every(({ id }, index) => id === rows[index]?.id) ? tree : batch.addTree(replaced);
}
