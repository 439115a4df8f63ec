import { HeddleError } from '#domain/error.ts';
import { parseDigest, shortId, type Digest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { entryNameId } from '#domain/manifest/hashes.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { isState, type CoveredRecord } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts, sidecarHiders } from '#domain/removal/redacted-texts.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rewriteCarriers, type EntryReplacement } from '#usecases/content/rewrite-carriers.ts';
import {
  findOtherHiders,
  otherFileHiders,
  readOriginals,
  restoreEntry,
  type Original,
} from '#usecases/removal/lift.ts';
import { readContentsIn } from '#usecases/removal/places/old-carriers.ts';
import { replacementBlobs } from '#usecases/removal/places/tombstone-places.ts';
import { hideEntry } from '#usecases/removal/redact.ts';
import { hasPurged } from '#usecases/removal/settle.ts';
import { hiddenSince } from '#usecases/removal/names/entangled.ts';
import { returningNames, type ReturningNames } from '#usecases/removal/names/held-names.ts';
import { hideName } from '#usecases/removal/names/hide-name.ts';
import { findStanding, namesAt } from '#usecases/removal/names/name-places.ts';
import { otherHiders } from '#usecases/removal/texts/other-hiders.ts';
import { replacePublishedTexts, type ReplacedTexts } from '#usecases/segments/replace-published-texts.ts';
import { listCarriers, type Carrier } from '#usecases/states/list-carriers.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { redactionProblem, removalProblem } from '#usecases/tombstones/removal-problem.ts';
import { heldTexts } from './held-texts.ts';
import { joinKept, toKeep } from './join-kept.ts';

interface Held {
  readonly record: TombstoneRecord;
  readonly kept: QuarantinedContent;
}

/** What a set of tombstones asks of what this clone holds. */
export interface Todo {
  /** Still stands in carriers, or beside records, here. */
  readonly hide: readonly Held[];
  readonly giveBack: readonly Held[];
  /** Whatever else hides some of what is given back. */
  readonly others: readonly TombstoneRecord[];
  readonly destroy: readonly TombstoneRecord[];
  /** What is not done, and why. */
  readonly notes: readonly string[];
}

/** Finds what there is to be done once a set has become another. */
export async function findTodo(
  workspace: Workspace,
  { before, after }: { readonly before: LoadedTombstones; readonly after: TombstoneSet },
): Promise<Todo> {
  const { carriers } = await listCarriers(workspace);
  const todo = { hide: [], giveBack: [], others: [], destroy: [], notes: [] } as Mutable<Todo>;
  for (const record of after.records.values()) {
    if (record.status !== 'lifted') await lookForActive(workspace, { record, carriers }, todo);
    else if (before.records.get(record.id)?.status !== 'lifted')
      await lookForLifted(workspace, { record, set: { ...before, records: after.records } }, todo);
  }
  return todo;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : never };

async function lookForActive(
  workspace: Workspace,
  { record, carriers }: { readonly record: TombstoneRecord; readonly carriers: readonly Carrier[] },
  { hide, destroy, notes }: Mutable<Todo>,
): Promise<void> {
  const contents = await readContentsIn(workspace, record, carriers);
  const texts = await heldTexts(workspace, record);
  const names = namesAt(workspace, await findStanding(workspace, carriers, record));
  const stands = contents.length > 0 || texts !== undefined || names.length > 0;
  if (stands) {
    // What arrived was judged; what somebody planted in this clone's own set was not.
    const why = await redactionProblem(workspace, record);
    if (why !== undefined) {
      notes.push(`${shortId(record.id)} hides nothing here: ${why}`);
      return;
    }
    if (contents.some((content) => !tellsParts(record, content))) {
      notes.push(`${shortId(record.id)} hides nothing here yet: what it keeps of a file did not arrive`);
      return;
    }
    hide.push({ record, kept: toKeep({ contents, texts, names }) });
  }
  if (record.status === 'redacted' || hasPurged(record, (await workspace.replica()).replica)) return;
  if (!stands && (await workspace.quarantine.state(record.id)) !== 'held') return;
  const problem = await removalProblem(workspace, record, 'purge');
  if (problem === undefined) destroy.push(record);
  else notes.push(`${shortId(record.id)} is hidden and not destroyed: ${problem}`);
}

/** Which parts of a content go is told by what stays of it, in a thread that was fetched. */
function tellsParts({ declaration: { spans } }: TombstoneRecord, { cuts, entries }: RemovedContent): boolean {
  return cuts !== undefined || !entries.some(({ file }) => spans.some((span) => span.file === file));
}

async function lookForLifted(
  workspace: Workspace,
  { record, set }: { readonly record: TombstoneRecord; readonly set: LoadedTombstones },
  { giveBack, others, notes }: Mutable<Todo>,
): Promise<void> {
  if ((await workspace.quarantine.state(record.id)) !== 'held') return;
  const problem = await removalProblem(workspace, record, 'lift');
  const kept = problem === undefined ? await openKept(workspace, record) : undefined;
  if (kept === undefined) {
    notes.push(`${shortId(record.id)} stays hidden here: ${problem ?? 'its quarantine cannot be read'}`);
    return;
  }
  const later = hiddenSince(record, kept, set);
  if (later !== undefined) {
    notes.push(`${shortId(record.id)} stays hidden here: ${later}`);
    return;
  }
  giveBack.push({ record, kept });
  others.push(...(await findOtherHiders(workspace, record, set)));
}

async function openKept(
  workspace: Workspace,
  { id }: TombstoneRecord,
): Promise<QuarantinedContent | undefined> {
  try {
    return await workspace.quarantine.open(id);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return undefined;
    throw error;
  }
}

/**
 * Keeps what is going to be hidden, beside what a quarantine holds already. Where another home of this clone has the
 * key to that, it is left as it is: it holds what the tombstone covers.
 */
export async function keepHidden(workspace: Workspace, { hide }: Pick<Todo, 'hide'>): Promise<void> {
  for (const { record, kept } of hide) {
    const isHeld = (await workspace.quarantine.state(record.id)) === 'held';
    const before = isHeld ? await openKept(workspace, record) : undefined;
    if (isHeld && before === undefined) continue;
    await workspace.quarantine.keep(record.id, before === undefined ? kept : joinKept(before, kept));
  }
}

/** Rebuilds carriers in one pass: a thread may hold something of each kind. The moves of refs that follow. */
export async function rebuildCarriers(
  workspace: Workspace,
  batch: ObjectBatch,
  { hide, giveBack, others }: Todo,
  set: TombstoneSet,
): Promise<readonly RefChange[]> {
  const settled = await settledSidecars(workspace, batch, set);
  if (hide.length + giveBack.length + settled.size === 0) return [];
  const hidden = new Map<string, Held>();
  for (const held of hide.toReversed())
    for (const file of held.record.declaration.covers.files) hidden.set(file, held);
  const originals = new Map<Digest, Original>(
    giveBack.flatMap(({ kept }) => [...readOriginals(workspace, kept.contents)]),
  );
  const blobs = new Set(hide.flatMap(({ kept: { contents } }) => contents.map(({ blob }) => blob)));
  for (const { record } of giveBack)
    for (const blob of await replacementBlobs(workspace, record)) blobs.add(blob);
  const hiders = await otherFileHiders(workspace, { others }, originals);
  const returning: ReturningNames[] = [];
  for (const { record, kept } of giveBack) {
    const names = await returningNames(workspace, batch, { record, kept, set });
    for (const blob of names.blobs) blobs.add(blob);
    returning.push(names);
  }
  for (const name of hide.flatMap(({ kept: { names = [] } }) => names)) blobs.add(name.blob);
  const changeContent = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    if (entry.kind === 'directory') return undefined;
    const held = hidden.get(entry.id);
    if (held !== undefined) {
      const content = held.kept.contents.find((one) => one.blob === blob);
      return hideEntry(workspace, batch, { tombstone: held.record, entry, content });
    }
    const file = parseDigest(entry.id);
    if (!originals.has(file)) return undefined;
    return restoreEntry(entry, batch, { originals, other: hiders.get(file) });
  };
  const changeName = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    const nameId = set.names.size === 0 ? undefined : entryNameId(workspace.hasher, entry);
    const record = hide.find(({ kept }) => kept.names?.some((name) => name.nameId === nameId))?.record;
    if (record !== undefined) {
      return hideName(workspace, batch, { tombstone: record.id, entry, blob, hiding: set });
    }
    for (const names of returning) {
      const back = names.replace(entry, blob);
      if (back !== undefined) return back;
    }
    return undefined;
  };
  const replace = (entry: ManifestEntry, blob: ObjectId): EntryReplacement | undefined => {
    const content = changeContent(entry, blob);
    const { secret, blob: next } = content ?? { secret: entry.secret, blob };
    return changeName({ ...entry, secret }, next) ?? content;
  };
  const texts = new Map([...(await sidecarsOf(workspace, batch, { hide, giveBack })), ...settled]);
  const ofStates = new Map([...texts].flatMap(([of, blob]) => (isState(of) ? [[of, blob] as const] : [])));
  const { refs } = await rewriteCarriers(workspace, batch, { blobs, replace, texts: ofStates });
  return [...refs, ...(await replacePublishedTexts(workspace, batch, texts))];
}

/** What stands for sidecars that several tombstones hide: clones that hid the same apart come to the same. */
async function settledSidecars(
  workspace: Workspace,
  batch: ObjectBatch,
  { records }: TombstoneSet,
): Promise<ReplacedTexts> {
  const sound: TombstoneRecord[] = [];
  const several = [...sidecarHiders(records.values())].flatMap(([of, hider]) => (hider.several ? [of] : []));
  if (several.length === 0) return new Map();
  for (const record of records.values())
    if ((await redactionProblem(workspace, record)) === undefined) sound.push(record);
  const hiders = sidecarHiders(sound);
  return new Map(
    several.flatMap((of) => {
      const id = hiders.get(of)?.id;
      return id === undefined ? [] : [[of, batch.add('blob', encodeRedactedTexts(id))] as const];
    }),
  );
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
