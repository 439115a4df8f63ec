import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Digest } from '#domain/id.ts';
import { BEGINNING } from '#domain/published/follow-lines.ts';
import { oplogRef } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { closeSegments, type ClosedLog } from '#usecases/segments/close-segments.ts';
import { joinLogs, type JoinedLogs } from '#usecases/segments/join-logs.ts';
import { publishedLogs } from '#usecases/segments/published-operations.ts';
import { readHeads, type SegmentHead } from '#usecases/segments/read-heads.ts';
import { readVerified, type LogGround, type VerifiedSegment } from '#usecases/segments/read-verified.ts';
import { verify } from '#usecases/verify/verify.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';

/** Closes the log of a clone and moves its ref, as a push does with its line. */
export async function publishLog(workspace: Workspace): Promise<ClosedLog> {
  const replica = await workspace.replica();
  const { view } = await knowAuthority(workspace);
  const batch = workspace.writer.batch();
  const now = workspace.clock.now();
  const closed = await closeSegments(workspace, { replica, repo: view.genesis, now, batch });
  await batch.write();
  if (closed.change !== null) await (await workspace.refs.prepare([closed.change], [])).commit();
  return closed;
}

/** What a log is held against, as this clone knows it. */
export async function logGround(workspace: Workspace): Promise<LogGround> {
  const { view } = await knowAuthority(workspace);
  return { view, tombstones: await readTombstones(workspace, view) };
}

/** Reads and verifies a published log whole. */
export async function readLog(
  workspace: Workspace,
  replica: Digest,
  head: ObjectId,
): Promise<{ readonly heads: readonly SegmentHead[]; readonly segments: readonly VerifiedSegment[] }> {
  const heads = await readHeads(workspace, { head, replica });
  const segments: VerifiedSegment[] = [];
  const ground = await logGround(workspace);
  for await (const segment of readVerified(workspace, ground, { heads, after: BEGINNING }))
    segments.push(segment);
  return { heads, segments };
}

/** The head of what a replica published. */
export async function publishedHead(workspace: Workspace, replica: Digest): Promise<ObjectId> {
  const head = await workspace.refs.read(oplogRef(replica));
  if (head === undefined) throw new Error('invariant: it published its log');
  return head;
}

/** A file of a segment, such as `lines.jsonl` or `texts/3`. */
export async function fileOf({ objects }: Workspace, commit: ObjectId, path: string): Promise<Uint8Array> {
  const blob = await objects.read(`${commit}:${path}`, 2 ** 25);
  if (blob === undefined) throw new Error(`invariant: ${path} is there`);
  return blob.content;
}

/** Every file of a segment. */
export async function filesOf({ objects }: Workspace, commit: ObjectId): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, mode } of (await objects.readTree(commit)) ?? []) {
    const text = decodeUtf8(name) ?? '';
    if (mode !== '40000') names.push(text);
    else {
      const below = (await objects.readTree(`${commit}:${text}`)) ?? [];
      names.push(...below.map((row) => `${text}/${decodeUtf8(row.name) ?? ''}`));
    }
  }
  return names;
}

/** The same segment with other files; the commit stays but for its tree. Null takes a file away. */
export async function forge(
  { objects, writer }: Workspace,
  commit: ObjectId,
  files: Readonly<Record<string, Uint8Array | null>>,
): Promise<ObjectId> {
  const read = await objects.read(commit, 65_536);
  if (read === undefined) throw new Error('invariant: the commit is there');
  const batch = writer.batch();
  const replaceIn = async (tree: string, below: string): Promise<ObjectId> => {
    const rows = new Map<string, TreeEntry>();
    for (const row of (await objects.readTree(tree)) ?? []) rows.set(decodeUtf8(row.name) ?? '', row);
    for (const [path, bytes] of Object.entries(files)) {
      const name = path.startsWith(below) ? path.slice(below.length) : '';
      const [directory = '', inner] = name.split('/');
      if (inner !== undefined) {
        const id = await replaceIn(`${tree}${below === '' ? ':' : '/'}${directory}`, `${below}${directory}/`);
        rows.set(directory, { mode: '40000', name: utf8(directory), id });
      } else if (bytes === null) rows.delete(name);
      else if (name !== '')
        rows.set(name, { mode: '100644', name: utf8(name), id: batch.add('blob', bytes) });
    }
    return batch.addTree([...rows.values()]);
  };
  const tree = await replaceIn(commit, '');
  const text = (decodeUtf8(read.content) ?? '').replace(/^tree [0-9a-f]+/, `tree ${tree}`);
  const forged = batch.add('commit', utf8(text));
  await batch.write();
  return forged;
}

/**
 * Takes over what another clone published, objects being shared, as a pull does with its line.
 *
 * @param replicas who is answered for; as the authority chain has it where left out.
 */
export async function joinFrom(
  to: Workspace,
  from: Workspace,
  replicas?: LogGround['view']['replicas'],
): Promise<JoinedLogs> {
  const batch = to.writer.batch();
  const ground = await logGround(to);
  const view = { ...ground.view, replicas: replicas ?? ground.view.replicas };
  const joined = await joinLogs(to, { ...ground, view }, { offered: await publishedLogs(from), batch });
  await batch.write();
  if (joined.changes.length > 0) await (await to.refs.prepare(joined.changes, [])).commit();
  return joined;
}

/** What verification says of published logs. */
export async function logFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const { findings } = await verify(workspace, { all: true });
  return findings.filter(({ kind }) => kind === 'log');
}
