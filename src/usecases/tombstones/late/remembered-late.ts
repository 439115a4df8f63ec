import type { AuthorityView } from '#domain/authority/authority.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';
import { publishedLogs } from '#usecases/segments/published-operations.ts';
import type { LateRecords, Suspect } from './suspect.ts';

/*
 * Which of some suspects are late, as text of two lines, in a file whose name is the digest of `late`:
 *
 *   <digest of the second line>
 *   {"head","isOpen","late","logs","suspects","type":"late-records","v":1}
 *
 * Both digests are of kind "verdict", keyed with the clone's secret. `head` is the newest authority record, whose id
 * stands for all before it; `late` pairs of an id and what revoked it. What was settled stays so, whatever lines come;
 * what is open is open under these `logs`, where each ends, else null.
 */

type Remembering = Pick<Workspace, 'verdictCache' | 'knownReplica' | 'log' | 'refs'>;

/** What is asked: these suspects, under a view. */
interface Question {
  readonly view: AuthorityView;
  readonly suspects: readonly Suspect[];
}

/** What this home found out before of the same; undefined for anything that it did not write. */
export async function recallLate(
  workspace: Remembering,
  question: Question,
): Promise<LateRecords | undefined> {
  const identity = await knownHome(workspace);
  if (identity === undefined) return undefined;
  const bytes = await workspace.verdictCache.read(nameFor(identity));
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const line = text.slice(end + 1);
  if (text.slice(0, end) !== identity.keyed('verdict', utf8(line))) return undefined;
  // The home's own: of its shape, or of another version.
  const known = JSON.parse(line) as { readonly late: readonly (readonly [string, AuthorityId])[] };
  for (const isOpen of [false, true]) {
    const found = { late: new Map(known.late), isOpen };
    if (line === (await encode(workspace, question, found))) return found;
  }
  return undefined;
}

/** Remembers the answer to a question, and forgets the one before. */
export async function rememberLate(
  workspace: Remembering,
  question: Question,
  found: LateRecords,
): Promise<void> {
  const identity = await knownHome(workspace);
  if (identity === undefined) return;
  const line = await encode(workspace, question, found);
  const bytes = utf8(`${identity.keyed('verdict', utf8(line))}\n${line}`);
  await workspace.verdictCache.write(nameFor(identity), bytes);
}

function nameFor(identity: ReplicaIdentity) {
  return identity.keyed('verdict', utf8('late'));
}

async function encode(
  workspace: Remembering,
  { view, suspects }: Question,
  { late, isOpen }: LateRecords,
): Promise<string> {
  return JSON.stringify({
    head: view.head,
    isOpen,
    late: [...late],
    logs: isOpen ? await logEnds(workspace) : null,
    suspects: suspects.map(({ id }) => id).toSorted(),
    type: 'late-records',
    v: 1,
  });
}

async function logEnds(workspace: Remembering): Promise<readonly string[]> {
  const own = (await workspace.log.tails()).map(({ replica, seq }) => `${replica} ${seq}`);
  const others = [...(await publishedLogs(workspace))].map(([replica, head]) => `${replica} ${head}`);
  return [...own, ...others].toSorted();
}
