import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { BEGINNING, type LogEnd } from '#domain/published/follow-lines.ts';
import { publishedLogInvalid } from '#domain/published/published-log-error.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import type { SegmentHead } from './read-heads.ts';
import { readSegment, readSidecars, type ReadSegment } from './read-segment.ts';

/** What reading and verifying a published log needs: a server has no more than this. */
export type LogReader = Pick<Workspace, 'objects' | 'hasher' | 'verifySignature' | 'tokens'>;

/** What a published log is held against. */
export interface LogGround {
  /** The authority chain that came with the log, itself verified. */
  readonly view: AuthorityView;
  /** The tombstones that count there: what nobody redacted may not be taken away. */
  readonly tombstones: Pick<TombstoneSet, 'records'>;
}

/** A segment of which every line was verified. */
export interface VerifiedSegment extends ReadSegment {
  readonly operations: readonly LoggedOperation[];
  /** The sealed token chains that its lines name. */
  readonly chains: ReadonlyMap<Digest, Uint8Array>;
}

/**
 * Reads segments in order and verifies each line: it follows from the one before, its sidecar is the one that it names
 * (or a tombstone covers it), and its holder signed it under a chain from a registered root key, or the replica where it
 * has none. The replica is one that a record of the authority chain endorses. What a line was allowed to do is judged
 * by `verify`. One segment at a time is in memory. Throws `PUBLISHED_LOG_INVALID`, naming the line.
 *
 * @param heads as `readHeads` gives them, so their checkpoints are verified.
 * @param after where the log ended before the first of them; {@link BEGINNING} for the whole of it.
 */
export async function* readVerified(
  workspace: LogReader,
  ground: LogGround,
  { heads, after }: { readonly heads: readonly SegmentHead[]; readonly after: LogEnd },
): AsyncGenerator<VerifiedSegment> {
  let end = after;
  for (const head of heads) {
    assertEndorsed(ground.view, head);
    const segment = await verifySegment(workspace, ground, { head, end });
    yield segment;
    end = endOf(segment);
  }
}

/**
 * Reads lines that were verified when they came, and asks no more who signed them: what was taken away since takes no
 * line out of a log. A sidecar is missing only where a tombstone says so. Throws `PUBLISHED_LOG_INVALID`.
 */
export async function* readAgain(
  workspace: LogReader,
  { tombstones }: LogGround,
  heads: readonly SegmentHead[],
): AsyncGenerator<VerifiedSegment> {
  const covered = coveredTexts(tombstones);
  for (const head of heads) {
    yield await refusing(head.checkpoint.replica, async () => {
      const segment = await readSegment(workspace, head, undefined);
      const operations = await readSidecars(workspace, segment);
      for (const operation of operations) assertTold(operation, covered);
      return { ...segment, operations, chains: await readChains(workspace, segment) };
    });
  }
}

/** Where a log ends with a segment. */
export function endOf({ head, lines }: ReadSegment): LogEnd {
  const { size, last } = head.checkpoint;
  return { size, last, lamport: lines.at(-1)?.line.lamport ?? BEGINNING.lamport };
}

/** Where a log ends that was verified before up to a segment; {@link BEGINNING} for none. */
export async function endAt(
  workspace: Pick<Workspace, 'objects' | 'hasher'>,
  head: SegmentHead | undefined,
): Promise<LogEnd> {
  return head === undefined ? BEGINNING : endOf(await readSegment(workspace, head, undefined));
}

/** Whoever has a principal's key answers for the clones that it endorses: a log that nobody answers for says nothing. */
function assertEndorsed(view: AuthorityView, { checkpoint }: SegmentHead): void {
  const { replica, repo, first } = checkpoint;
  if (repo !== view.genesis) throw publishedLogInvalid(replica, first, 'it belongs to another repository');
  if (isAnsweredFor(view, checkpoint)) return;
  throw publishedLogInvalid(replica, null, UNANSWERED);
}

/** Why a log is not believed whose clone nobody answers for. */
export const UNANSWERED =
  'no record of authority that counts endorses its clone: none came, or what its author had for it was taken away meanwhile; it is believed once somebody whose credential holds changes something in that clone and pushes it';

/** Whether a record that counts endorses the clone that signed a checkpoint. */
export function isAnsweredFor(
  { replicas }: Pick<AuthorityView, 'replicas'>,
  { replica, key }: SegmentHead['checkpoint'],
): boolean {
  return replicas.some((known) => known.replica === replica && known.key === key);
}

/** Objects may be missing, damaged or too large, and texts unreadable: all of that is the log's. */
export async function refusing<T>(replica: Digest, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof HeddleError) || !FOREIGN.has(error.code)) throw error;
    throw publishedLogInvalid(replica, null, error.message);
  }
}

/** Tells whether an error says that a published log does not hold; anything else is of this clone. */
export function isInvalidLog(error: unknown): boolean {
  if (!(error instanceof HeddleError)) return false;
  return error.code.startsWith('PUBLISHED_LOG_') || FOREIGN.has(error.code);
}

const FOREIGN: ReadonlySet<string> = new Set(['FORMAT_INVALID', 'FORMAT_UNKNOWN', 'OBJECT_CORRUPT']);

interface Place {
  readonly head: SegmentHead;
  readonly end: LogEnd;
}

function verifySegment(workspace: LogReader, ground: LogGround, place: Place): Promise<VerifiedSegment> {
  return refusing(place.head.checkpoint.replica, () => verifyLines(workspace, ground, place));
}

async function verifyLines(
  workspace: LogReader,
  { view, tombstones }: LogGround,
  { head, end }: Place,
): Promise<VerifiedSegment> {
  const { replica } = head.checkpoint;
  const segment = await readSegment(workspace, head, end);
  const chains = await readChains(workspace, segment);
  const signers = { ...workspace, log: { readChain: async (digest: Digest) => chains.get(digest) } };
  const roots = rootKeys(view);
  const operations = await readSidecars(workspace, segment);
  const covered = coveredTexts(tombstones);
  for (const operation of operations) {
    const { line } = operation;
    const signer = await verifyLineSigner(signers, line, roots);
    if (signer.kind === 'refused') throw publishedLogInvalid(replica, line.seq, signer.why);
    assertTold(operation, covered);
  }
  return { ...segment, operations, chains };
}

function assertTold({ id, line, texts }: LoggedOperation, covered: ReadonlySet<string>): void {
  if (texts !== 'redacted' || covered.has(id)) return;
  throw publishedLogInvalid(line.replica, line.seq, 'its sidecar was taken away, and no tombstone says so');
}

/** Records whose sidecars some tombstone covers; one that was lifted too: it may not have come back there yet. */
function coveredTexts({ records }: Pick<TombstoneSet, 'records'>): ReadonlySet<string> {
  return new Set([...records.values()].flatMap(({ declaration }) => declaration.covers.texts));
}

const LARGEST_CHAIN = 16_384;

/** The sealed token chains beside a segment's lines, by the name that these give them. Throws `PUBLISHED_LOG_INVALID`. */
export async function readChains(
  { objects }: Pick<Workspace, 'objects'>,
  { head, blobs }: ReadSegment,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const digests = [...blobs.chains.keys()];
  const read = await objects.readMany([...blobs.chains.values()], LARGEST_CHAIN);
  return new Map(
    digests.map((digest, index) => {
      const chain = read[index];
      if (chain?.kind === 'blob') return [digest, chain.content];
      throw publishedLogInvalid(head.checkpoint.replica, head.checkpoint.first, 'a token chain is missing');
    }),
  );
}
