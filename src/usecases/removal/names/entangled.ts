import { shortId } from '#domain/id.ts';
import { placeholderTombstone } from '#domain/manifest/placeholder.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { QuarantinedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findCoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';
import { isSaltText } from './hide-name.ts';

/*
 * An entry's salt tells its name and its content. Whichever is hidden second leaves its own key alone to the
 * quarantine, so the two come back in the other order.
 */

/** Which later tombstone has to be taken back before a name can be; undefined for none. */
export function hiddenSince(
  { id }: Pick<TombstoneRecord, 'id'>,
  { names = [] }: QuarantinedContent,
  { hidden }: Pick<TombstoneSet, 'hidden'>,
): string | undefined {
  for (const { salt, file } of names) {
    const hider = isSaltText(salt) ? hidden.get(file) : undefined;
    if (hider !== undefined && hider.id !== id && hider.status === 'redacted') {
      return `${shortId(hider.id)} hides the content of a file that had the name: take that back first`;
    }
  }
  return undefined;
}

/** The same of contents. */
export async function namelessSince(
  workspace: Workspace,
  { contents }: QuarantinedContent,
  { records }: Pick<TombstoneSet, 'records'>,
): Promise<string | undefined> {
  const salted = contents.flatMap(({ entries }) => entries.filter(({ salt }) => isSaltText(salt)));
  const { places } = await findCoveredPlaces(workspace, new Set(salted.map(({ file }) => file)));
  for (const { entry } of places) {
    const by = entry.secret.kind === 'name-id' ? placeholderTombstone(entry.name) : undefined;
    if (by === undefined || records.get(by)?.status !== 'redacted') continue;
    return `${shortId(by)} hides the name of a file that had the content: take that back first`;
  }
  return undefined;
}
