import type { ActRecord } from '#domain/removal/tombstone-set.ts';
import type { TombstoneActResult, TombstoneShowResult } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { whenRotated } from '#usecases/incident/when-rotated.ts';
import { findTombstone, readTombstones } from './load-tombstones.ts';
import { summariseTombstone } from './tombstone-summary.ts';
import { unconfirmedBy } from './unconfirmed.ts';

/**
 * One tombstone with everything that was said about it, by its id or the beginning of one. Throws `NOT_FOUND`,
 * `AMBIGUOUS`, and `TOMBSTONE_INVALID` for a damaged one.
 */
export async function showTombstone(workspace: Workspace, name: string): Promise<TombstoneShowResult> {
  const { view } = await loadAuthority(workspace);
  const record = findTombstone(await readTombstones(workspace, view), name);
  const here = (await workspace.knownReplica())?.replica;
  return {
    ...summariseTombstone(record),
    rotatedAt: await whenRotated(workspace, view, record.declaration),
    policy: record.declaration.policy,
    holder: record.declaration.holder,
    lifts: record.countedLifts.map(summariseAct),
    purges: record.countedPurges.map(summariseAct),
    receipts: record.receipts.map(({ receipt, texts }) => ({
      replica: receipt.replica,
      here: receipt.replica === here,
      at: receipt.at,
      outcome: receipt.outcome,
      places: texts.places,
      attestation: 'verified',
    })),
    unconfirmed: unconfirmedBy(record, view),
  };
}

function summariseAct({ act, texts }: ActRecord): TombstoneActResult {
  return { by: act.actor.principal, at: act.at, reason: texts.reason, attestation: 'verified' };
}
