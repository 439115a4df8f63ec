import type { TombstoneId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { identifyCaller, nobody } from '#usecases/caller/identify.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';

/** What this clone attests of a purge. */
export interface ReceiptContent {
  readonly outcome: 'complete' | 'incomplete';
  readonly places: readonly string[];
}

/**
 * Adds a receipt, signed by this clone's own key, to the tombstones, with a log line of its own. Nobody believes a key
 * that no principal endorsed: where that was not done yet (the clone was moved between order and receipt), whoever runs
 * this does it. False, and nothing written, where the caller has no credential for that: a later command's has. The
 * repository lock must be held.
 */
export async function publishReceipt(
  workspace: Workspace,
  tombstone: TombstoneId,
  { outcome, places }: ReceiptContent,
): Promise<boolean> {
  const authority = await loadAuthority(workspace);
  const { view, ref, headCommit } = authority;
  const replica = await workspace.replica();
  const now = workspace.clock.now();
  const batch = workspace.writer.batch();
  const endorsed = await endorseClone(workspace, { authority, replica, now }, batch);
  if (endorsed === 'impossible') return false;
  const publisher = { repo: view.genesis, caller: nobody(workspace, null), replica, now };
  const tombstones = await loadTombstones(workspace, view);
  const draft = new TombstoneDraft(workspace, { ...publisher, policy: view.head }, tombstones, batch);
  draft.receipt(tombstone, { outcome, places });
  await publish(workspace, publisher, {
    op: 'receipt',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: view.repository,
      args: { operationId: null, verb: { tombstone } },
      refs: [draft.refChange(), ...(endorsed === null ? [] : [endorsed])],
      result: { tombstone, outcome, places: [...places] },
    },
    verify: endorsed === null ? [{ name: ref, old: headCommit, new: headCommit }] : [],
    batch,
  });
  return true;
}

/** The move of the authority ref by which the caller endorses this clone's key; null where somebody did. */
export async function endorseClone(
  workspace: Workspace,
  { authority, replica, now }: Omit<Ground, 'caller'>,
  batch: ObjectBatch,
): Promise<RefChange | null | 'impossible'> {
  const { view } = authority;
  if (view.replicas.some((known) => known.replica === replica.replica)) return null;
  const caller = await identifyCaller(workspace, view);
  if (caller.chain === null || caller.signer?.publicKey !== caller.chain.holder) return 'impossible';
  const draft = new AuthorityDraft(workspace, { authority, caller, replica, now }, batch);
  draft.endorseReplica();
  return draft.refChange();
}
