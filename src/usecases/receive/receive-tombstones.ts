import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { HeddleError } from '#domain/error.ts';
import { AUTHORITY_REF, HEDDLE_REFS, REMOTE_REFS } from '#domain/refs.ts';
import type { ActRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { examineSetAt, type TombstoneProblem } from '#usecases/tombstones/set/examine-tombstones.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { findTodo, keepHidden, type Todo } from './carry-out.ts';
import { rebuildCarriers } from './rebuild-carriers.ts';
import { joinTombstones } from './join-tombstones.ts';
import { judgeReceived } from './judge-received.ts';

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
    const { everOwners } = authority.view;
    const counts = ({ act }: ActRecord): boolean => everOwners.includes(act.actor.principal);
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
    const operation = await publishReceived(workspace, authority, { remote, added, refs, effects, batch });
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

/** What is done outside refs, once a line says so. */
export function effectsOf({ hide, giveBack, destroy }: Todo): readonly Effect[] {
  const doomed = new Set(destroy.map(({ id }) => id));
  return [
    ...hide
      .filter(({ isNew }) => isNew)
      .map(({ record }) => ({ kind: 'veil', tombstone: record.id }) as const),
    ...giveBack.map(({ record }) => ({ kind: 'unveil', tombstone: record.id }) as const),
    ...[...doomed].map((tombstone) => ({ kind: 'purge', tombstone }) as const),
  ];
}

/** The tombstones that these effects are about. */
export function appliedBy(effects: readonly Effect[]): readonly TombstoneId[] {
  const ids = effects.flatMap((effect) => ('tombstone' in effect ? [effect.tombstone] : []));
  return [...new Set(ids)].toSorted();
}

async function publishReceived(
  workspace: Workspace,
  { view, headCommit }: LoadedAuthority,
  {
    remote,
    added,
    refs,
    effects,
    batch,
  }: {
    readonly remote: string;
    readonly added: readonly TombstoneId[];
    readonly refs: readonly RefChange[];
    readonly effects: readonly Effect[];
    readonly batch: ObjectBatch;
  },
): Promise<OperationId> {
  const caller = await identifyCaller(workspace, view);
  const publisher = await publisherNow(workspace, view.genesis, caller);
  const { id } = await publish(workspace, publisher, {
    op: 'receive',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: {
      resource: view.repository,
      paths: [],
      args: { operationId: workspace.said.operationId, verb: { remote } },
      refs,
      effects,
      inverse: null,
      result: { remote, added },
    },
    verify: [{ name: AUTHORITY_REF, old: headCommit, new: headCommit }],
    batch,
  });
  return id;
}
