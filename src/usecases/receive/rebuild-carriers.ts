import { parseDigest, type Digest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { entryNameId } from '#domain/manifest/hashes.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { isState, type CoveredRecord } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  rewriteCarriers,
  type EntryReplacement,
  type Rewriting,
} from '#usecases/content/rewrite-carriers.ts';
import { readOriginals, restoreEntry, type Original } from '#usecases/removal/lifting/originals.ts';
import { otherFileHiders } from '#usecases/removal/lifting/other-file-hiders.ts';
import { replacementBlobs } from '#usecases/removal/places/tombstone-places.ts';
import { successor } from '#usecases/removal/further/earlier-masks.ts';
import { hideEntry } from '#usecases/removal/redact.ts';
import { returningNames, type ReturningNames } from '#usecases/removal/names/held-names.ts';
import { hideName } from '#usecases/removal/names/hide-name.ts';
import { otherHiders } from '#usecases/removal/texts/other-hiders.ts';
import { replacePublishedTexts, type ReplacedTexts } from '#usecases/segments/replace-published-texts.ts';
import { settledFiles, settledSidecars, type SettledFiles } from './settle-several.ts';
import type { Held, Todo } from './carry-out.ts';

/** Rebuilds carriers in one pass: a thread may hold something of each kind. The moves of refs that follow. */
export async function rebuildCarriers(
  workspace: Workspace,
  batch: ObjectBatch,
  todo: Todo,
  set: TombstoneSet,
): Promise<readonly RefChange[]> {
  const settled = await settledSidecars(workspace, batch, set);
  const files = await settledFiles(workspace, batch, set);
  const { hide } = todo;
  const giveBack = [...todo.giveBack, ...todo.restore];
  if (hide.length + giveBack.length + settled.size + files.blobs.size === 0) return [];
  const contents = await changedContents(workspace, batch, { ...todo, giveBack }, { files, set });
  const names = await changedNames(workspace, batch, { hide, giveBack }, set);
  const replace = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    const content = contents.replace(entry, blob);
    const { secret, blob: next } = content ?? { secret: entry.secret, blob };
    return names.replace({ ...entry, secret }, next) ?? content;
  };
  const blobs = new Set([...contents.blobs, ...names.blobs]);
  const texts = new Map([...(await sidecarsOf(workspace, batch, { hide, giveBack })), ...settled]);
  const ofStates = new Map([...texts].flatMap(([of, blob]) => (isState(of) ? [[of, blob] as const] : [])));
  const { refs } = await rewriteCarriers(workspace, batch, { blobs, replace, texts: ofStates });
  return [...refs, ...(await replacePublishedTexts(workspace, batch, texts))];
}

type Changes = Pick<Rewriting, 'blobs' | 'replace'>;

async function changedContents(
  workspace: Workspace,
  batch: ObjectBatch,
  { hide, giveBack, others }: Pick<Todo, 'hide' | 'giveBack' | 'others'>,
  { files, set }: { readonly files: SettledFiles; readonly set: TombstoneSet },
): Promise<Changes> {
  const hidden = new Map<string, readonly Held[]>();
  for (const held of hide)
    for (const file of held.record.declaration.covers.files)
      hidden.set(file, [...(hidden.get(file) ?? []), held]);
  const originals = new Map<Digest, Original>(
    giveBack.flatMap(({ kept }) => [...readOriginals(workspace, kept.contents)]),
  );
  const hiding = hide.flatMap(({ kept: { contents } }) => contents.map(({ blob }) => blob));
  const blobs = new Set([...hiding, ...files.blobs]);
  for (const { record } of giveBack)
    for (const blob of await replacementBlobs(workspace, record)) blobs.add(blob);
  const hiders = await otherFileHiders(workspace, { others }, originals);
  const replace = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    if (entry.kind === 'directory') return undefined;
    const file = parseDigest(entry.id);
    const [held, ...more] = hidden.get(file) ?? [];
    const content = [held, ...more]
      .flatMap((one) => one?.kept.contents ?? [])
      .find((one) => one.blob === blob);
    if (held !== undefined && content !== undefined) {
      const tombstone = successor(set, held.record.id, file) ?? held.record;
      return hideEntry(workspace, batch, { tombstone, entry, content });
    }
    if (held !== undefined || !originals.has(file)) return files.replace(entry);
    return restoreEntry(entry, batch, { originals, other: hiders.get(file) });
  };
  return { blobs, replace };
}

async function changedNames(
  workspace: Workspace,
  batch: ObjectBatch,
  { hide, giveBack }: Pick<Todo, 'hide' | 'giveBack'>,
  set: TombstoneSet,
): Promise<Changes> {
  const blobs = new Set(hide.flatMap(({ kept: { names = [] } }) => names.map(({ blob }) => blob)));
  const returning: ReturningNames[] = [];
  for (const { record, kept } of giveBack) {
    const names = await returningNames(workspace, batch, { record, kept, set });
    for (const blob of names.blobs) blobs.add(blob);
    returning.push(names);
  }
  const replace = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    const nameId = set.names.size === 0 ? undefined : entryNameId(workspace.hasher, entry);
    const record = hide.find(({ kept }) => kept.names?.some((name) => name.nameId === nameId))?.record;
    if (record !== undefined)
      return hideName(workspace, batch, { tombstone: record.id, entry, blob, hiding: set });
    for (const names of returning) {
      const back = names.replace(entry, blob);
      if (back !== undefined) return back;
    }
    return undefined;
  };
  return { blobs, replace };
}

/** What stands beside states and published lines from now on. */
async function sidecarsOf(
  workspace: Workspace,
  batch: ObjectBatch,
  { hide, giveBack }: Pick<Todo, 'hide' | 'giveBack'>,
): Promise<ReplacedTexts> {
  const texts = new Map<CoveredRecord, ObjectId>();
  for (const { record, kept } of giveBack) {
    const hiderOf = await otherHiders(workspace, record);
    for (const { record: of, bytes } of kept.texts?.sidecars ?? []) {
      const other = hiderOf(of);
      const stands = other === undefined ? bytes : encodeRedactedTexts(other.id);
      texts.set(of, batch.add('blob', stands));
    }
  }
  for (const { record, kept } of hide.toReversed()) {
    const stub = batch.add('blob', encodeRedactedTexts(record.id));
    for (const { record: of } of kept.texts?.sidecars ?? []) texts.set(of, stub);
  }
  return texts;
}
