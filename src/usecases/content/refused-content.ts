import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadShunCheck } from './shunned.ts';

/** Which tombstone forbids to show a blob; undefined for one that may be shown. */
export type RefusalCheck = (blob: ObjectId | null) => Promise<TombstoneRecord | undefined>;

/**
 * Asks what this clone refuses, by which removed content is known wherever it still stands: in Git's own history, in old
 * carriers that somebody names. Reads little where nothing is refused. The check throws
 * `TOMBSTONE_INVALID` where the list names a tombstone that is not in the set: nothing is shown for want of a word for it.
 */
export async function loadRefusalCheck(
  workspace: Workspace,
  { records }: Pick<TombstoneSet, 'records'>,
): Promise<RefusalCheck> {
  const shunnedBy = await loadShunCheck(workspace);
  return async (blob) => {
    const tombstone = blob === null ? undefined : await shunnedBy(blob);
    if (tombstone === undefined) return undefined;
    const record = records.get(tombstone);
    if (record !== undefined) return record;
    throw new HeddleError('TOMBSTONE_INVALID', `the tombstone ${shortId(tombstone)} is missing`, {
      facts: { tombstone, why: 'this clone refuses a content for it' },
      preserved: 'nothing was changed',
    });
  };
}
