import { utf8 } from '#domain/encoding/bytes.ts';
import type { HeddleError } from '#domain/error.ts';
import { parseDigest, shortId } from '#domain/id.ts';
import { quotesContent } from '#domain/removal/quoted-words.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { KnownAuthority } from '#usecases/authority/load-authority.ts';
import { findContent, type ContentPlace } from '#usecases/content/find-content.ts';
import { loadTombstones, type LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { gatherConcerned, type Concerned } from './places/concerned.ts';
import { readContents } from './places/read-contents.ts';
import { findTargetBlobs, notRedactable, type RemovalTarget } from './places/target.ts';
import { replacementBlobs } from './places/tombstone-places.ts';

/** What a redaction is about, found before anything is asked. */
export interface Redactable {
  readonly contents: readonly RemovedContent[];
  readonly places: readonly ContentPlace[];
  readonly concerned: Concerned;
  readonly tombstones: LoadedTombstones;
}

/**
 * Finds every copy of what is to be redacted, and where it stands. Throws `NOT_FOUND`, and `NOT_REDACTABLE` where it is
 * hidden already, or the reason quotes it.
 */
export async function findRedactable(
  workspace: Workspace,
  { view }: KnownAuthority,
  target: RemovalTarget & { readonly reason: string },
): Promise<Redactable> {
  const tombstones = await loadTombstones(workspace, view);
  const wanted = await findTargetBlobs(workspace, target);
  const found = await findContent(workspace, wanted);
  // A replacement that stands in a redacted file is not a content that somebody leaked.
  const replacements = findReplacements(workspace, tombstones);
  const open = found.filter(({ entry, blob }) => entry.secret.kind === 'salt' && !replacements.has(blob));
  if (open.length === 0) throw alreadyHidden(target.path, found[0], { tombstones, replacements });
  const blobs = [...new Set(open.map(({ blob }) => blob))];
  const contents = await readContents(workspace, { contents: blobs, places: open });
  // Before anything is asked: a denial is written down too, with the reason.
  refuseQuote(target, contents);
  return {
    contents,
    places: open,
    concerned: await gatherConcerned(workspace, view.repository, open),
    tombstones,
  };
}

/**
 * What every tombstone put in the place of content, by blob: somebody may have captured it under another name. Taken for
 * a content, it would be replaced in each file where it hides one, and no lift would know those files any more.
 */
function findReplacements(
  workspace: Workspace,
  { records }: LoadedTombstones,
): ReadonlyMap<ObjectId, TombstoneRecord> {
  return new Map(
    [...records.values()].flatMap((record) =>
      [...replacementBlobs(workspace, record)].map((blob) => [blob, record] as const),
    ),
  );
}

function alreadyHidden(
  path: string,
  place: ContentPlace | undefined,
  {
    tombstones: { hidden },
    replacements,
  }: {
    readonly tombstones: LoadedTombstones;
    readonly replacements: ReadonlyMap<ObjectId, TombstoneRecord>;
  },
): HeddleError {
  const record =
    place === undefined
      ? undefined
      : (hidden.get(parseDigest(place.entry.id)) ?? replacements.get(place.blob));
  const by = record === undefined ? 'it was redacted already' : `${shortId(record.id)} redacted it already`;
  return notRedactable(place?.path ?? utf8(path), by);
}

/** A reason is public and outlives the purge. */
function refuseQuote(
  { reason, path }: { readonly reason: string; readonly path: string },
  contents: readonly RemovedContent[],
): void {
  const bytes = contents.map((content) => content.bytes);
  if (quotesContent(reason, bytes)) {
    throw notRedactable(utf8(path), 'the reason, which is public and stays, quotes what is in it');
  }
}
