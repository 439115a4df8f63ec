import { shortId } from '#domain/id.ts';
import { placeholderTombstone } from '#domain/manifest/placeholder.ts';
import { standsFor, type TombstoneRecord, type TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findCoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';
import { redactionProblem } from '#usecases/tombstones/removal-problem.ts';
import { isSaltText } from '#usecases/removal/names/hide-name.ts';

/*
 * An entry's salt tells its name and its content. Whichever is hidden second leaves its own key alone to the
 * quarantine, so the two come back in the other order.
 */

interface Entangled {
  readonly kept: QuarantinedContent;
  readonly set: Pick<TombstoneSet, 'hidden' | 'records'>;
}

/** Which later tombstone has to be taken back before one can be; undefined for none. */
export async function hiddenSince(
  workspace: Workspace,
  record: TombstoneRecord,
  { kept: { contents, names = [] }, set: { hidden, records } }: Entangled,
): Promise<string | undefined> {
  const { id } = record;
  for (const later of new Set(contents.flatMap((content) => cutSince(record, content, records)))) {
    // One that somebody planted is not in the way of an owner.
    if ((await redactionProblem(workspace, later)) === undefined)
      return `${shortId(later.id)} cuts more out of the same content: take that back first`;
  }
  for (const { salt, file } of names) {
    const hider = isSaltText(salt) ? hidden.get(file) : undefined;
    if (hider !== undefined && hider.id !== id && hider.status === 'redacted') {
      return `${shortId(hider.id)} hides the content of a file that had the name: take that back first`;
    }
  }
  return undefined;
}

/**
 * Who cuts more out of a content: the one that takes its place, or where it cuts further itself, anybody else beside it,
 * since nobody can tell then what is left.
 */
function cutSince(
  record: TombstoneRecord,
  { entries, masks }: RemovedContent,
  records: TombstoneSet['records'],
): readonly TombstoneRecord[] {
  const files = new Set(entries.map(({ file }) => file));
  return [...records.values()].filter(
    (other) =>
      other.id !== record.id &&
      other.hides &&
      (standsFor(other, record.id) || (masks !== undefined && !standsFor(record, other.id))) &&
      other.declaration.covers.files.some((file) => files.has(file)),
  );
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
