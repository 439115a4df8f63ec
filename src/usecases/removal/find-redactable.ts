import { openContent } from '#domain/manifest/entry.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { HeddleError } from '#domain/error.ts';
import { parseDigest, shortId } from '#domain/id.ts';
import { quotesContent } from '#domain/removal/quoted-words.ts';
import { cutBytes } from '#domain/removal/spans/cuts.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { KnownAuthority } from '#usecases/authority/load-authority.ts';
import { findContent, type ContentPlace } from '#usecases/content/find-content.ts';
import { loadTombstones, type LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { earlierCut, type EarlierCut } from './further/earlier-masks.ts';
import { findTakenOver, type TakenOver } from './further/take-over.ts';
import { noMatch } from './places/choose-cuts.ts';
import { ReplacementBlobs } from '#usecases/tombstones/replacement-blobs.ts';
import { gatherConcerned, type Concerned } from './places/concerned.ts';
import { readContents } from './places/read-contents.ts';
import { findTargetBlobs, notRedactable, type RemovalTarget } from './places/target.ts';
import { noticeBlobs } from './places/tombstone-places.ts';

/** What a redaction is about, found before anything is asked. */
export interface Redactable {
  readonly contents: readonly RemovedContent[];
  readonly places: readonly ContentPlace[];
  readonly concerned: Concerned;
  readonly tombstones: LoadedTombstones;
  /** What it takes over from tombstones of which it cuts further what they left. */
  readonly over: TakenOver;
  /** Contents that hold a secret in another form, and are left as they are. */
  readonly encoded: number;
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
  const masked = await findMasked(workspace, tombstones, found);
  const earlier = new Map([...masked].flatMap(([blob, cut]) => (cut === null ? [] : [[blob, cut] as const])));
  const readable = found.filter(({ entry, blob }) => {
    const cut = earlier.get(blob);
    if (openContent(entry) !== undefined)
      return !replacements.has(blob) && (cut !== undefined || !masked.has(blob));
    return (
      cut !== undefined &&
      entry.kind === 'file' &&
      tombstones.hidden.get(parseDigest(entry.id)) === cut.record
    );
  });
  if (readable.length === 0) throw nothingOpen(target, found[0], { tombstones, replacements });
  const blobs = [...new Set(readable.map(({ blob }) => blob))];
  const { part } = target;
  const contents = await readContents(workspace, { contents: blobs, places: readable, part, earlier });
  if (contents.length === 0) throw noMatch(typedPath(target));
  const going = new Set(contents.map(({ blob }) => blob));
  const open = readable.filter(({ blob }) => going.has(blob));
  // Before anything is asked: a denial is written down too, with the reason.
  refuseQuote({ reason: target.reason, path: typedPath(target) ?? open[0]?.path ?? utf8('') }, contents);
  const cut = contents.flatMap(({ blob }) => earlier.get(blob)?.record ?? []);
  const files = new Set(contents.flatMap(({ entries }) => entries.map(({ file }) => file)));
  const over = await findTakenOver(workspace, [...new Set(cut)], files);
  return {
    contents,
    places: open,
    concerned: await gatherConcerned(workspace, view.repository, open),
    tombstones,
    over,
    encoded: target.path === null ? blobs.length - contents.length : 0,
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
      [...noticeBlobs(workspace, record)].map((blob) => [blob, record] as const),
    ),
  );
}

/**
 * The same of contents of which the rest stays: what stands where one is hidden, and must. With what was cut out of it
 * where that is purged: the rest is a content again. Null where it can still come back.
 */
async function findMasked(
  workspace: Workspace,
  { hidden, partly }: LoadedTombstones,
  found: readonly ContentPlace[],
): Promise<ReadonlyMap<ObjectId, EarlierCut | null>> {
  if (partly.size === 0) return new Map();
  const blobs = new ReplacementBlobs(workspace, { partly });
  const masked = new Map<ObjectId, EarlierCut | null>();
  for (const { entry, blob } of found) {
    if (entry.kind === 'directory' || openContent(entry) !== undefined || masked.has(blob)) continue;
    const file = parseDigest(entry.id);
    const record = hidden.get(file);
    if (record !== undefined && (await blobs.fit(record, entry, blob)))
      masked.set(blob, earlierCut({ hidden, partly }, file) ?? null);
  }
  return masked;
}

function nothingOpen(
  target: RemovalTarget,
  place: ContentPlace | undefined,
  {
    tombstones: { hidden },
    replacements,
  }: {
    readonly tombstones: LoadedTombstones;
    readonly replacements: ReadonlyMap<ObjectId, TombstoneRecord>;
  },
): HeddleError {
  const path = place?.path ?? typedPath(target);
  if (path === null) return noMatch(null);
  const record =
    place === undefined
      ? undefined
      : (hidden.get(parseDigest(place.entry.id)) ?? replacements.get(place.blob));
  if (record === undefined) return notRedactable(path, 'it was redacted already');
  const by = `${shortId(record.id)} redacted it already`;
  if (record.declaration.spans.length === 0) return notRedactable(path, by);
  return notRedactable(
    path,
    `${shortId(record.id)} cut parts out of it already: undo that, and redact all at once; or purge it first`,
  );
}

function typedPath({ path }: RemovalTarget): Uint8Array | null {
  return path === null ? null : utf8(path);
}

/** A reason is public and outlives the purge. */
function refuseQuote(
  { reason, path }: { readonly reason: string; readonly path: Uint8Array },
  contents: readonly RemovedContent[],
): void {
  // What stays of a file anybody may quote.
  const going = contents.flatMap(({ bytes, cuts }) => (cuts === undefined ? [bytes] : cutBytes(bytes, cuts)));
  if (quotesContent(reason, going)) {
    throw notRedactable(path, 'the reason, which is public and stays, quotes what is in it');
  }
}
