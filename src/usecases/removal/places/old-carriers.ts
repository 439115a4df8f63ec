import { openContent } from '#domain/manifest/entry.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { alignCuts, type Cut } from '#domain/removal/spans/cuts.ts';
import { isThreadHead } from '#domain/refs.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { carriersFrom, type Carrier } from '#usecases/states/list-carriers.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { findCoveredIn, type CoveredPlace } from '#usecases/tombstones/decision/covered-places.ts';
import { LARGEST_CONTENT } from '#usecases/tombstones/replacement-blobs.ts';
import { outsideMasks } from '#usecases/removal/further/earlier-masks.ts';
import { OtherTombstones } from '#usecases/removal/further/other-tombstones.ts';
import { findStanding, namesAt } from '#usecases/removal/names/name-places.ts';
import { readKept } from './tombstone-places.ts';

/**
 * The blobs that a tombstone removed, as the carriers from before tell them: another home of this clone made it, and
 * keeps bytes and salts where this one cannot read them. Each is held against its manifest's id, so that nobody has a
 * content refused by a line that names other carriers. Empty once they were purged or collected.
 */
export async function findRemovedBlobs(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<readonly ObjectId[]> {
  return (await readOldContents(workspace, record)).map(({ blob }) => blob);
}

/** The same of names, percent-escaped, that it took away. */
export async function findRemovedNames(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<readonly string[]> {
  if (record.declaration.covers.names.length === 0) return [];
  const carriers = await carriersFrom(workspace, await oldHeads(workspace, record.id));
  return namesAt(workspace, await findStanding(workspace, carriers, record)).map(({ name }) => name);
}

/** The same with bytes and salts; undefined where the carriers from before do not tell all of it any more. */
export async function readOldContent(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<QuarantinedContent | undefined> {
  // Sidecars that left the log stand in no carrier.
  if (record.declaration.covers.texts.length > 0) return undefined;
  const contents = await readOldContents(workspace, record);
  const told = new Set(contents.flatMap(({ entries }) => entries.map(({ file }) => file)));
  return record.declaration.covers.files.every((file) => told.has(file)) ? { contents } : undefined;
}

async function readOldContents(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<readonly RemovedContent[]> {
  if (record.declaration.covers.files.length === 0) return [];
  const carriers = await carriersFrom(workspace, await oldHeads(workspace, record.id));
  return readContentsIn(workspace, record, { carriers, others: new OtherTombstones(record, null) });
}

/** What a tombstone removes, as far as some carriers still hold it with its salts. */
export async function readContentsIn(
  workspace: Workspace,
  record: TombstoneRecord,
  { carriers, others }: { readonly carriers: readonly Carrier[]; readonly others: OtherTombstones },
): Promise<readonly RemovedContent[]> {
  const places = await findCoveredIn(workspace, carriers, new Set(record.declaration.covers.files));
  const kept = new Map<TombstoneRecord, Awaited<ReturnType<typeof readKept>>>();
  const contents = new Map<ObjectId, RemovedContent>();
  const seen = new Set<Digest>();
  for (const place of places) {
    if (seen.has(place.file)) continue;
    const found = await contentOf(workspace, place, others);
    if (found === undefined) continue;
    seen.add(place.file);
    const entries = contents.get(found.blob)?.entries ?? [];
    const hider = others.hider(place.file);
    const rests = kept.get(hider) ?? (await readKept(workspace, hider));
    kept.set(hider, rests);
    const all = cutsOf(hider, found.bytes, { file: place.file, kept: rests });
    const cuts = all === undefined ? undefined : outsideMasks(all, found.masks ?? []);
    const whole = { ...found, entries: [...entries, ...found.entries] };
    contents.set(found.blob, cuts === undefined || cuts.length === 0 ? whole : { ...whole, cuts });
  }
  return [...contents.values()];
}

/** Nobody but the quarantine knows how much was cut out at a mark: from what is kept it can be told again. */
function cutsOf(
  { declaration: { spans } }: TombstoneRecord,
  bytes: Uint8Array,
  { file, kept }: { readonly file: Digest; readonly kept: ReadonlyMap<Digest, Uint8Array> },
): readonly Cut[] | undefined {
  const [marks, rest] = [spans.find((one) => one.file === file)?.marks, kept.get(file)];
  return marks === undefined || rest === undefined ? undefined : alignCuts(bytes, rest, marks);
}

/** Where the threads stood before the redaction, as far as the objects are still there. */
async function oldHeads(workspace: Workspace, tombstone: TombstoneId): Promise<readonly ObjectId[]> {
  for await (const { line, texts } of workspace.log.newest()) {
    if (
      (line.op !== 'redact' && line.op !== 'receive' && line.op !== 'pull') ||
      line.verdict.verdict === 'deny' ||
      texts === 'redacted'
    )
      continue;
    if (!texts.effects.some((effect) => effect.kind === 'veil' && effect.tombstone === tombstone)) continue;
    const heads: ObjectId[] = [];
    for (const { name, old } of texts.refs) {
      if (old === null || !isThreadHead(name) || (await findCommit(workspace, old)) === undefined) continue;
      heads.push(old);
    }
    return heads;
  }
  return [];
}

async function contentOf(
  workspace: Workspace,
  { carrier, path, entry, file }: CoveredPlace,
  others: OtherTombstones,
): Promise<RemovedContent | undefined> {
  const salt = openContent(entry);
  if (salt === undefined && !others.cutsFurther(file)) return undefined;
  const found = await new PathFinder(workspace, path).find(carrier.files);
  const blob = found === undefined ? undefined : await workspace.objects.read(found.id, LARGEST_CONTENT);
  if (blob?.kind !== 'blob') return undefined;
  const { content: bytes } = blob;
  if (salt === undefined) {
    const further = entry.kind === 'file' ? others.further(file, bytes) : undefined;
    return further === undefined ? undefined : { bytes, blob: blob.id, kind: 'file', ...further };
  }
  if (contentId(workspace.hasher, salt, bytes) !== file || others.isForEarlier(file, bytes)) return undefined;
  const kind = entry.kind === 'symlink' ? 'symlink' : 'file';
  return { bytes, blob: blob.id, kind, entries: [{ file, salt }] };
}
