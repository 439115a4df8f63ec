import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { CommitMap, RewriteNotes } from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';

/*
 * <common dir>/heddle/rewrite/commits, Latin-1, each line ending with LF:
 *
 *   heddle-rewritten-commits 1 <seal>
 *   <digest of an id before> <id in its place>      in order, each once
 *
 * Both are of kind "rewrite", keyed with the clone's secret: the seal over everything behind the first line, a digest
 * over the id in ASCII. The id of a commit that held removed content is a hash of it without a salt, so none stands here.
 */

const NAME = 'commits';
const HEADER = 'heddle-rewritten-commits 1';
const LINE = /^([0-9a-hjkmnp-tv-z]{52}) ([0-9a-f]{40})$/;

/** The commit that stands in the place of one that was rewritten; the same one for any other. */
export type FollowCommit = (commit: ObjectId) => ObjectId;

const loaded = new WeakMap<RewriteNotes, Promise<FollowCommit>>();

/** Reads which commits took the place of which, once. Costs one look for a file where nothing was rewritten. */
export function loadFollowCommit(workspace: Workspace): Promise<FollowCommit> {
  const known = loaded.get(workspace.rewriteNotes) ?? readFollowCommit(workspace);
  loaded.set(workspace.rewriteNotes, known);
  return known;
}

async function readFollowCommit(workspace: Workspace): Promise<FollowCommit> {
  const bytes = await workspace.rewriteNotes.read(NAME);
  const identity = bytes === undefined ? undefined : await workspace.knownReplica();
  if (bytes === undefined || identity === undefined) return (commit) => commit;
  const lines = decodeMap(identity, bytes);
  return (commit) => lines.get(digestOf(identity, commit)) ?? commit;
}

/** Adds commits that are about to be replaced; what was replaced by one of them before follows. Durable on return. */
export async function keepCommitMap(workspace: Workspace, commits: CommitMap): Promise<void> {
  const identity = await workspace.replica();
  const bytes = await workspace.rewriteNotes.read(NAME);
  const lines = new Map<Digest | string, ObjectId>();
  for (const [digest, id] of bytes === undefined ? [] : decodeMap(identity, bytes)) {
    lines.set(digest, commits.get(id) ?? id);
  }
  for (const [old, id] of commits) lines.set(digestOf(identity, old), id);
  await workspace.rewriteNotes.write(NAME, encodeMap(identity, lines));
  loaded.delete(workspace.rewriteNotes);
}

function digestOf({ keyed }: ReplicaIdentity, commit: ObjectId): Digest {
  return keyed('rewrite', utf8(commit));
}

function encodeMap({ keyed }: ReplicaIdentity, lines: ReadonlyMap<string, ObjectId>): Uint8Array {
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const body = sorted.map(([digest, id]) => `${digest} ${id}\n`).join('');
  return utf8(`${HEADER} ${keyed('rewrite', utf8(body))}\n${body}`);
}

/** One that this home did not seal is another home's, and tells nothing here. */
function decodeMap({ keyed }: ReplicaIdentity, bytes: Uint8Array): ReadonlyMap<string, ObjectId> {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = text.indexOf('\n') + 1;
  const body = text.slice(end);
  if (text.slice(0, end) !== `${HEADER} ${keyed('rewrite', utf8(body))}\n`) return new Map();
  const lines = body.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const match = LINE.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) {
        throw new HeddleError('FORMAT_INVALID', 'the list of rewritten commits cannot be read', {});
      }
      return [match[1], match[2]] as const;
    }),
  );
}
