import { HeddleError } from '#domain/error.ts';
import { shortId, type Digest, type TombstoneId } from '#domain/id.ts';
import { isUnbelieved, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import {
  findTombstone,
  loadTombstones,
  type LoadedTombstones,
} from '#usecases/tombstones/load-tombstones.ts';
import { isShunned } from '#usecases/content/shunned.ts';
import { redactionProblem } from '#usecases/tombstones/removal-problem.ts';
import { finishPurge } from './finish-purge.ts';
import { isOrphan } from './orphan.ts';
import { adoptVeil, applyUnveil, applyVeil } from './veil.ts';

/**
 * Brings this clone to where its tombstones say, for each content that waits in the quarantine: what killed processes
 * began is finished, what nobody needs any more goes. Told by the verified set, the quarantine and the shun list, never
 * by a log line: whoever can write one cannot have anything hidden, returned or destroyed with it, nor keep it from
 * being finished. The repository lock must be held. Returns one clause for each thing that was done or could not be.
 */
export async function settleRemovals(workspace: Workspace): Promise<readonly string[]> {
  const waiting = await workspace.quarantine.list();
  const authority = waiting.length === 0 ? undefined : await tryLoadAuthority(workspace);
  if (authority === undefined) return [];
  const notes: string[] = [];
  for (const tombstone of waiting) {
    try {
      // Read again for each: finishing one adds a receipt to the set.
      const loaded = await loadTombstones(workspace, authority.view);
      const note = await settle(workspace, tombstone, findKept(loaded, tombstone));
      if (note !== undefined) notes.push(`${note} ${shortId(tombstone)}`);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      notes.push(`${shortId(tombstone)} is left as it is: ${error.message}`);
    }
  }
  return notes;
}

/** Undefined where no record names it. One that is damaged is not missing: what waits for it must not go. */
function findKept(loaded: LoadedTombstones, tombstone: TombstoneId): TombstoneRecord | undefined {
  const isKnown = loaded.problems.some(({ subject }) => subject === tombstone);
  return isKnown ? findTombstone(loaded, tombstone) : loaded.records.get(tombstone);
}

async function settle(
  workspace: Workspace,
  tombstone: TombstoneId,
  record: TombstoneRecord | undefined,
): Promise<string | undefined> {
  if (record === undefined) {
    if (!(await isOrphan(workspace, tombstone))) return undefined;
    await workspace.quarantine.forget(tombstone);
    return 'cleared what was kept for the unfinished';
  }
  // A pull gives it back, with the carriers.
  if (isUnbelieved(record)) return undefined;
  switch (record.status) {
    case 'redacted':
      return settleRedaction(workspace, record);
    case 'lifted':
      await applyUnveil(workspace, tombstone);
      return 'finished the lift of';
    case 'purging':
    case 'purged':
      return settlePurge(workspace, record);
  }
}

async function settleRedaction(workspace: Workspace, record: TombstoneRecord): Promise<string | undefined> {
  if (await isShunned(workspace, record.id)) return undefined;
  const problem = await redactionProblem(workspace, record);
  if (problem !== undefined) return `left as it is, since ${problem}:`;
  try {
    await applyVeil(workspace, record.id);
    return 'finished the redaction';
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'QUARANTINE_MISSING') throw error;
  }
  // Another home of this clone has the key.
  await adoptVeil(workspace, record);
  return 'now also refuses here what was removed by';
}

async function settlePurge(workspace: Workspace, record: TombstoneRecord): Promise<string | undefined> {
  const answer = answerOf(record, (await workspace.replica()).replica);
  // What is left stands under a root that is not heddle's: only somebody who changed that orders another look.
  if (answer === 'incomplete') return undefined;
  if (answer === 'complete') await workspace.quarantine.forget(record.id);
  else await finishOrForget(workspace, record);
  return 'finished the purge of';
}

/** Where another home of this clone purged it, what it could not reach is this home's key: of no use any more. */
async function finishOrForget(workspace: Workspace, { id, status }: TombstoneRecord): Promise<void> {
  try {
    await finishPurge(workspace, id);
  } catch (error) {
    const lost = error instanceof HeddleError && error.code === 'QUARANTINE_MISSING';
    if (!lost || error.facts['missing'] !== 'file' || status !== 'purged') throw error;
    await workspace.quarantine.forget(id);
  }
}

/** What this replica said to the newest order; undefined where it still has to say something. */
function answerOf(
  { countedPurges, receipts }: TombstoneRecord,
  replica: Digest,
): 'complete' | 'incomplete' | undefined {
  const order = countedPurges.at(-1)?.id;
  const own = receipts.map(({ receipt }) => receipt).filter((receipt) => receipt.replica === replica);
  if (own.some(({ outcome }) => outcome === 'complete')) return 'complete';
  return own.find(({ purge }) => purge === order)?.outcome;
}

/** Whether a replica said that nothing is left with it; another one's word is about another clone. */
export function hasPurged({ receipts }: TombstoneRecord, replica: Digest): boolean {
  return receipts.some(({ receipt }) => receipt.replica === replica && receipt.outcome === 'complete');
}
