import { rootKeys } from '#domain/authority/authority-view.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { loadFollowCommit, type FollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';

/** They write and remove threads' records. */
const KEEPERS: ReadonlySet<OperationKind> = new Set([
  'thread-start',
  'thread-rename',
  'thread-split',
  'thread-drop',
  'undo',
  'redo',
]);

interface Said {
  readonly record: ThreadRecord | null;
  readonly own: boolean;
}

/**
 * What the newest line that somebody signed says of each of these threads; null where it took the record away. This
 * clone's own lines go before those that other clones published: theirs tell of records of theirs.
 */
export async function loggedRecords(
  workspace: Workspace,
  threads: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ThreadRecord | null>> {
  const said = new Map<string, Said>();
  const authority = await tryLoadAuthority(workspace);
  if (authority === undefined) return new Map();
  const roots = rootKeys(authority.view);
  const own = (await workspace.knownReplica())?.replica;
  for await (const operation of workspace.log.newest()) {
    const isOwn = operation.line.replica === own;
    const news = recordsIn(operation).filter(
      ({ thread }) => threads.has(thread) && (!said.has(thread) || (isOwn && !said.get(thread)?.own)),
    );
    if (news.length === 0) continue;
    const signer = await verifyLineSigner(workspace, operation.line, roots);
    if (signer.kind !== 'chain') continue;
    for (const { thread, record } of news) said.set(thread, { record, own: isOwn });
    if (said.size === threads.size && [...said.values()].every((one) => one.own)) break;
  }
  const follow = await loadFollowCommit(workspace);
  return new Map([...said].map(([thread, { record }]) => [thread, followed(record, follow)]));
}

/** A purge may have put another commit in the place of the one that the line names. */
function followed(record: ThreadRecord | null, follow: FollowCommit): ThreadRecord | null {
  return record === null || record.base === null ? record : { ...record, base: follow(record.base) };
}

function recordsIn({ line, texts }: LoggedOperation) {
  if (texts === 'redacted' || line.verdict.verdict !== 'allow' || !KEEPERS.has(line.op)) return [];
  return texts.effects.filter((effect) => effect.kind === 'thread');
}
