import { equalBytes, parseHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import { MOST_SEGMENTS } from '#domain/published/bounds.ts';
import {
  checkpointId,
  checkpointSigningHash,
  decodeCheckpoint,
  type Checkpoint,
} from '#domain/published/checkpoint.ts';
import { publishedLogInvalid } from '#domain/published/published-log-error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { parseSignature } from '#domain/state/state-codec.ts';
import type { GitObject, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { CHECKPOINT, encodeSegmentCommit } from './segment-commit.ts';

/** A closed segment, as its commit and its checkpoint tell of it. */
export interface SegmentHead {
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  readonly checkpoint: Checkpoint;
  /** Of the checkpoint: two logs of one replica that have it in common have all lines up to it in common. */
  readonly id: Digest;
}

type Reader = Pick<Workspace, 'objects' | 'hasher' | 'verifySignature'>;

/** Commits and checkpoints that are asked for at once. */
const BATCH = 128;
const LARGEST_FILE = 16_384;

/**
 * Reads what a replica published, the oldest segment first, without its lines: each commit is the one that its
 * checkpoint makes, the checkpoints follow from each other, and that replica's key signed them all. Whether somebody
 * answers for the replica, and what the lines are, is for {@link readVerified}. Throws `PUBLISHED_LOG_INVALID`.
 *
 * @param options.stopAt a commit that was verified before: it and what is below it is left out.
 */
export async function readHeads(
  workspace: Reader,
  {
    head,
    replica,
    stopAt,
  }: { readonly head: ObjectId; readonly replica: Digest; readonly stopAt?: ObjectId },
): Promise<readonly SegmentHead[]> {
  const heads: SegmentHead[] = [];
  let next: ObjectId | undefined = head;
  while (next !== undefined && next !== stopAt) {
    if (heads.length > MOST_SEGMENTS) throw publishedLogInvalid(replica, null, 'it has too many segments');
    next = await readBatch(workspace, next, { replica, stopAt, heads });
  }
  heads.reverse();
  const stopped =
    next === undefined || heads.length === 0 ? undefined : await readHead(workspace, { head: next, replica });
  for (const [index, one] of heads.entries())
    assertFollows(workspace, replica, [heads[index - 1] ?? stopped, one]);
  if (next === undefined && heads[0]?.checkpoint.number !== 0)
    throw publishedLogInvalid(replica, null, 'its beginning is missing');
  return heads;
}

/** The newest segment alone, its checkpoint verified as {@link readHeads} does. Throws `PUBLISHED_LOG_INVALID`. */
export async function readHead(
  workspace: Reader,
  { head, replica }: { readonly head: ObjectId; readonly replica: Digest },
): Promise<SegmentHead> {
  const objects = await workspace.objects.readMany([head, `${head}:${CHECKPOINT}`], LARGEST_FILE);
  const [commit, file] = objects;
  if (commit === undefined) throw publishedLogInvalid(replica, null, 'a commit of it is missing');
  const { parent: _parent, ...newest } = decodeHead(workspace, replica, { commit, file });
  assertFollows(workspace, replica, [undefined, newest]);
  return newest;
}

/** Takes in a commit and its first parents, as many as are asked for at once. Returns the commit that comes before. */
async function readBatch(
  workspace: Reader,
  from: ObjectId,
  into: {
    readonly replica: Digest;
    readonly stopAt: ObjectId | undefined;
    readonly heads: SegmentHead[];
  },
): Promise<ObjectId | undefined> {
  const { replica, stopAt, heads } = into;
  const names = Array.from({ length: BATCH }, (_, back) => `${from}~${back}`);
  const objects = await workspace.objects.readMany(
    names.flatMap((name) => [name, `${name}:${CHECKPOINT}`]),
    LARGEST_FILE,
  );
  let next: ObjectId | undefined = from;
  for (let at = 0; at < objects.length && next !== undefined && next !== stopAt; at += 2) {
    const [commit, file] = objects.slice(at, at + 2);
    // Git counts back by what it was told of parents; what counts here is what the commit says.
    if (commit?.id !== next) {
      if (at > 0) return next;
      throw publishedLogInvalid(replica, null, 'a commit of it is missing');
    }
    const { parent, ...head } = decodeHead(workspace, replica, { commit, file });
    heads.push(head);
    next = parent;
  }
  return next;
}

function decodeHead(
  workspace: Reader,
  replica: Digest,
  { commit, file }: { readonly commit: GitObject; readonly file: GitObject | undefined },
): SegmentHead & { readonly parent: ObjectId | undefined } {
  const links = commit.kind === 'commit' ? parseCommitLinks(commit.content) : undefined;
  if (links === undefined || file?.kind !== 'blob' || links.parents.length > 1)
    throw publishedLogInvalid(replica, null, 'its ref leads to what is no segment');
  const checkpoint = decoded(replica, file.content);
  if (!equalBytes(commit.content, encodeSegmentCommit({ ...links, checkpoint })))
    throw publishedLogInvalid(
      replica,
      checkpoint.first,
      'its commit is not the one that its checkpoint makes',
    );
  const id = checkpointId(workspace.hasher, file.content);
  return { commit: commit.id, tree: links.tree, checkpoint, id, parent: links.parents[0] };
}

function decoded(replica: Digest, bytes: Uint8Array): Checkpoint {
  try {
    return decodeCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    throw publishedLogInvalid(replica, null, error.message);
  }
}

function assertFollows(
  workspace: Reader,
  replica: Digest,
  [before, { checkpoint }]: readonly [SegmentHead | undefined, SegmentHead],
): void {
  const { number, first } = checkpoint;
  const why =
    signerProblem(workspace, replica, checkpoint) ??
    (before === undefined ? undefined : orderProblem(before, checkpoint));
  if (why !== undefined)
    throw publishedLogInvalid(replica, first, `the checkpoint of segment ${number} ${why}`);
}

function signerProblem(
  { hasher, verifySignature }: Reader,
  replica: Digest,
  checkpoint: Checkpoint,
): string | undefined {
  const { sig, ...unsigned } = checkpoint;
  const key = parseHex(checkpoint.key);
  if (checkpoint.replica !== replica) return 'is of another clone';
  if (key === undefined || formatDigest(hasher.hash('replica', key)) !== replica)
    return 'names a key whose hash is not the clone';
  const hash = checkpointSigningHash(hasher, unsigned);
  return verifySignature('checkpoint', hash, parseSignature(sig), checkpoint.key)
    ? undefined
    : 'has a signature that does not verify';
}

function orderProblem(before: SegmentHead, { number, prev, first, repo }: Checkpoint): string | undefined {
  if (repo !== before.checkpoint.repo) return 'belongs to another repository';
  const follows = number === before.checkpoint.number + 1 && prev === before.id;
  return follows && first === before.checkpoint.size ? undefined : 'does not follow from the one before it';
}
