import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';

/** What this clone attests of a purge. */
export interface ReceiptContent {
  readonly outcome: 'complete' | 'incomplete';
  readonly places: readonly string[];
}

/**
 * Adds a receipt, signed by this clone's own key, to the tombstones, with a log line of its own. The repository lock
 * must be held.
 */
export async function publishReceipt(
  workspace: Workspace,
  tombstone: TombstoneId,
  { outcome, places }: ReceiptContent,
): Promise<void> {
  const { view, ref, headCommit } = await loadAuthority(workspace);
  const tombstones = await loadTombstones(workspace, view);
  const publisher = {
    repo: view.genesis,
    caller: nobody(workspace, null),
    replica: await workspace.replica(),
    now: workspace.clock.now(),
  };
  const batch = workspace.writer.batch();
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
      refs: [draft.refChange()],
      result: { tombstone, outcome, places: [...places] },
    },
    verify: [{ name: ref, old: headCommit, new: headCommit }],
    batch,
  });
}
