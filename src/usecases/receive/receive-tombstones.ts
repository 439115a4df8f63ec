import type { OperationId, TombstoneId } from '#domain/id.ts';
import { HeddleError } from '#domain/error.ts';
import { HEDDLE_REFS, REMOTE_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { countedActs } from '#usecases/tombstones/counted-acts.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { examineSetAt, type TombstoneProblem } from '#usecases/tombstones/set/examine-tombstones.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { findTodo, keepHidden } from './carry-out.ts';
import { rebuildCarriers } from './rebuild-carriers.ts';
import { joinTombstones } from './join-tombstones.ts';
import { judgeReceived } from './judge-received.ts';
import { appliedBy, effectsOf, publishReceived } from './publish-received.ts';

/** What came of the tombstones of another clone. */
export interface ReceivedTombstones {
  /** Null where nothing was new, and nothing had to be hidden. */
  readonly operation: OperationId | null;
  /** Tombstones that this clone did not know. */
  readonly added: readonly TombstoneId[];
  /** Tombstones whose content this clone held and has hidden, given back or destroyed now. */
  readonly applied: readonly TombstoneId[];
  /** What was not taken over, and why; it stopped nothing else. */
  readonly refused: readonly TombstoneProblem[];
  readonly notes: readonly string[];
}

/**
 * Joins the tombstones that were fetched from a remote into this clone's, and does what they say, before anything else
 * that was fetched is used: what stands in carriers goes into the quarantine and is refused from now on, what was
 * lifted comes back from there, and what an owner ordered to be destroyed, by the present authority head, is destroyed,
 * with a receipt of this replica. Files of work trees that hold exactly that content are replaced; the quarantine has
 * their bytes until a purge. Records that fail stop nothing but themselves.
 *
 * Throws `NOT_FOUND` where nothing was fetched.
 *
 * @param remote as git names it; what it had is below `refs/heddle/remotes/<remote>/`.
 */
export async function receiveTombstones(workspace: Workspace, remote: string): Promise<ReceivedTombstones> {
  return workspace.lock.run(async () => {
    const notes = await recover(workspace);
    const authority = await loadAuthority(workspace);
    const head = await fetchedSet(workspace, remote);
    const received = await examineSetAt(workspace, authority.view, head);
    const { refused, ...theirs } = await judgeReceived(workspace, received);
    const mine = await loadTombstones(workspace, authority.view);
    const batch = workspace.writer.batch();
    const counts = countedActs(authority.view);
    const joined = joinTombstones(mine, theirs, { batch, counts });
    const todo = await findTodo(workspace, { before: mine, after: joined.set });
    const added = [...theirs.records.keys()].filter((id) => !mine.records.has(id)).toSorted();
    const effects = effectsOf(todo);
    const answer = { added, applied: appliedBy(effects), refused, notes: [...notes, ...todo.notes] };
    const carriers = await rebuildCarriers(workspace, batch, todo, joined.set);
    const refs = [...carriers, ...(joined.ref === null ? [] : [joined.ref])];
    if (refs.length === 0 && effects.length === 0) return { ...answer, operation: null };
    // Before the line: bytes are never gone without a tombstone, nor a tombstone there without them.
    await keepHidden(workspace, todo);
    const { operationId } = workspace.said;
    const by = { caller: await identifyCaller(workspace, authority.view), operationId };
    const operation = await publishReceived(workspace, authority, {
      by,
      remote,
      added,
      refs,
      effects,
      batch,
    });
    return { ...answer, operation };
  });
}

/** The name becomes part of a ref's: anything that git would not take is no remote. */
async function fetchedSet({ refs }: Workspace, remote: string): Promise<string> {
  const head = REMOTE_NAME.test(remote) ? await refs.read(`${REMOTE_REFS}${remote}/tombstones`) : undefined;
  if (head !== undefined) return head;
  throw new HeddleError('NOT_FOUND', 'no tombstones were fetched from a remote of that name', {
    facts: {
      remote: remote.slice(0, 80),
      fetch: `git fetch REMOTE '+${HEDDLE_REFS}*:${REMOTE_REFS}REMOTE/*'`,
    },
    preserved: 'nothing was changed',
  });
}

const REMOTE_NAME = /^(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_][A-Za-z0-9._-]{0,199}(?<!\.)$/;
