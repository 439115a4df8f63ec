import { HeddleError } from '#domain/error.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { parseDigest, shortId, type Digest } from '#domain/id.ts';
import type { EntrySecret, ManifestEntry } from '#domain/manifest/entry.ts';
import { contentId, contentKey } from '#domain/manifest/hashes.ts';
import { isState } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { replaceContent, type CutContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { repositoryResource } from '#domain/resource/resource.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { refused, type Reversal, type Target, type VerifiedTarget } from '#usecases/history/reversal.ts';
import {
  loadTombstones,
  readTombstones,
  type LoadedTombstones,
} from '#usecases/tombstones/load-tombstones.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { isLifted, redactionProblem } from '#usecases/tombstones/removal-problem.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import type { Drafts, Ground } from '#usecases/transaction/plan.ts';
import { readHeldContent } from './held-content.ts';
import { gatherConcerned, statesOf, type Concerned } from './places/concerned.ts';
import { rewriteCarriers, type EntryReplacement } from '#usecases/content/rewrite-carriers.ts';
import { findTombstonePlaces, replacementBlobs } from './places/tombstone-places.ts';
import { replaceTexts } from './texts/replace-texts.ts';
import { otherHiders } from './texts/other-hiders.ts';
import { hiddenSince, namelessSince } from './names/entangled.ts';
import { returningNames } from './names/held-names.ts';

interface Lifting {
  readonly ground: Ground;
  readonly target: VerifiedTarget;
  readonly record: TombstoneRecord;
  readonly tombstones: LoadedTombstones;
  readonly concerned: Concerned;
  /** What else hides some of it, in order. */
  readonly others: readonly TombstoneRecord[];
}

/** What hides a content once this tombstone no longer does, and what of it stays then. */
interface OtherHider {
  readonly record: TombstoneRecord;
  readonly content: CutContent;
}

/** Takes a redaction back by a signed lift: the content returns from the quarantine. Never behind a purge. */
export async function undoRedaction(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const { view } = ground.authority;
  const tombstones = await loadTombstones(workspace, view);
  const record = await findLiftable(workspace, target, tombstones);
  const places = await findTombstonePlaces(workspace, record);
  const concerned = await gatherConcerned(workspace, view.repository, places);
  const others = await findOtherHiders(workspace, record, tombstones);
  const lifting = { ground, target, record, tombstones, concerned, others };
  return {
    op: 'lift',
    ask: { operation: 'redact:lift', resources: concernedOrAll(concerned, view.repository) },
    plan: (drafts) => plan(workspace, lifting, drafts),
  };
}

/** A content whose states are all gone concerns the whole repository. */
export function concernedOrAll({ resources }: Concerned, repository: string): readonly string[] {
  return resources.length > 0 ? resources : [repositoryResource(repository)];
}

/** Tells whether what a redaction hid is hidden and can come back, by the verified set alone. */
export async function isLiftable(workspace: Workspace, { texts }: Target): Promise<boolean> {
  const { view } = await loadAuthority(workspace);
  const { records } = await readTombstones(workspace, view);
  const named = jsonField(texts.result, 'tombstone');
  const record = [...records.values()].find(({ id }) => id === named);
  if (record?.status === 'lifted') return !(await isLifted(workspace, record));
  return record?.status === 'redacted';
}

async function findLiftable(
  workspace: Workspace,
  target: VerifiedTarget,
  { records }: LoadedTombstones,
): Promise<TombstoneRecord> {
  const named = jsonField(target.texts.result, 'tombstone');
  const record = [...records.values()].find(({ id }) => id === named);
  switch (record?.status) {
    case 'redacted':
      return record;
    case 'lifted':
      if (!(await isLifted(workspace, record))) return record;
      throw refused(target, 'it was lifted already');
    case undefined:
      throw refused(target, 'its tombstone is not in this repository');
    default:
      throw refused(target, 'it was purged: nothing brings the content back');
  }
}

async function plan(
  workspace: Workspace,
  lifting: Lifting,
  { batch, consents }: Drafts,
): ReturnType<Reversal['plan']> {
  const { ground, record, tombstones, concerned } = lifting;
  const kept = await readHeldContent(workspace, record);
  const later = hiddenSince(record, kept, tombstones) ?? (await namelessSince(workspace, kept, tombstones));
  if (later !== undefined) throw refused(lifting.target, later);
  const names = await returningNames(workspace, batch, { record, kept, set: tombstones });
  const author = { ...recordAuthor(ground), replica: ground.replica };
  const draft = new TombstoneDraft(workspace, author, tombstones, batch);
  draft.lift(record.id, 'undo', consents[0] ?? null);
  const originals = readOriginals(workspace, kept.contents);
  const fileHiders = await otherFileHiders(workspace, lifting, originals);
  const hiderOf = await otherHiders(workspace, record);
  const sidecars = new Map(
    (kept.texts?.sidecars ?? []).map(({ record: of, bytes }) => [of, addSidecar(batch, bytes, hiderOf(of))]),
  );
  draft.replaceTexts(sidecars);
  const rewritten = await rewriteCarriers(workspace, batch, {
    blobs: new Set([
      ...names.blobs,
      ...(record.declaration.covers.files.length === 0 ? [] : await replacementBlobs(workspace, record)),
    ]),
    texts: new Map([...sidecars].flatMap(([of, texts]) => (isState(of) ? [[of, texts]] : []))),
    replace: (entry, blob) =>
      names.replace(entry, blob) ??
      restoreEntry(entry, batch, { originals, other: fileHiders.get(parseDigest(entry.id)) }),
  });
  return {
    states: statesOf(concerned, record),
    refs: [...rewritten.refs, ...(await replaceTexts(workspace, batch, sidecars)), draft.refChange()],
    effects: [{ kind: 'unveil', tombstone: record.id }],
    inverse: null,
  };
}

/** What stands beside a state from now on: its own sidecar, unless another tombstone hides that too. */
function addSidecar(batch: ObjectBatch, bytes: Uint8Array, other: TombstoneRecord | undefined): ObjectId {
  return batch.add('blob', other === undefined ? bytes : encodeRedactedTexts(other.id));
}

export interface Original {
  /** As the quarantine has it: of an entry whose name was hidden before its content only a key. */
  readonly salt: string;
  readonly key: Digest;
  readonly content: RemovedContent;
}

/** Each manifest entry's salt and content, held against the entry's own id. Throws `QUARANTINE_MISSING`. */
export function readOriginals(
  { hasher }: Pick<Workspace, 'hasher'>,
  contents: readonly RemovedContent[],
): ReadonlyMap<Digest, Original> {
  const originals = new Map<Digest, Original>();
  for (const content of contents) {
    for (const { file, salt } of content.entries) {
      if (contentId(hasher, salt, content.bytes) === file)
        originals.set(file, { salt, key: contentKey(hasher, salt), content });
      else
        throw new HeddleError('QUARANTINE_MISSING', 'the quarantine holds another content than was redacted');
    }
  }
  return originals;
}

/**
 * Other tombstones that hide some of the content once this one no longer does. One that nobody signed who may does
 * not: its replacement would take the place of content that leaves the quarantine.
 */
export async function findOtherHiders(
  workspace: Workspace,
  { id, declaration }: TombstoneRecord,
  { records }: LoadedTombstones,
): Promise<readonly TombstoneRecord[]> {
  const files = new Set(declaration.covers.files);
  const others: TombstoneRecord[] = [];
  for (const other of [...records.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (other.id === id || !other.declaration.covers.files.some((file) => files.has(file))) continue;
    if (await isLifted(workspace, other)) continue;
    if ((await redactionProblem(workspace, other)) === undefined) others.push(other);
  }
  return others;
}

/** By content: the one that counts, and where it is the only one of which the rest stays, what that is. */
export async function otherFileHiders(
  workspace: Workspace,
  { others }: { readonly others: readonly TombstoneRecord[] },
  originals: ReadonlyMap<Digest, Original>,
): Promise<ReadonlyMap<Digest, OtherHider>> {
  const hiders = new Map<Digest, OtherHider>();
  for (const [
    file,
    {
      content: { bytes },
    },
  ] of originals) {
    const hiding = others.filter(({ declaration }) => declaration.covers.files.includes(file));
    const [record] = hiding;
    if (record === undefined) continue;
    const isPartly = hiding.length === 1 && record.declaration.spans.some((one) => one.file === file);
    const content = isPartly ? await cutsOf(workspace, record, file) : { bytes };
    hiders.set(file, { record, content });
  }
  return hiders;
}

async function cutsOf(workspace: Workspace, record: TombstoneRecord, file: Digest): Promise<CutContent> {
  const { contents } = await readHeldContent(workspace, record);
  const content = contents.find(({ entries }) => entries.some((entry) => entry.file === file));
  if (content !== undefined) return content;
  throw new HeddleError('QUARANTINE_MISSING', `nobody here knows what ${shortId(record.id)} cut out`, {
    facts: { tombstone: record.id },
    preserved: 'nothing was changed',
  });
}

export function restoreEntry(
  entry: ManifestEntry,
  batch: ObjectBatch,
  {
    originals,
    other,
  }: {
    readonly originals: ReadonlyMap<Digest, Original>;
    readonly other: OtherHider | undefined;
  },
): EntryReplacement | undefined {
  const original = originals.get(parseDigest(entry.id));
  if (original === undefined) return undefined;
  if (other !== undefined)
    return {
      secret: entry.secret,
      blob: batch.add('blob', replaceContent(other.record, other.content, entry)),
    };
  const secret = restoredSecret(entry, original);
  return secret === undefined ? undefined : { secret, blob: batch.add('blob', original.content.bytes) };
}

/** Without its name an entry keeps to the content's key: a salt would tell the name's, too. */
function restoredSecret({ secret }: ManifestEntry, { salt, key }: Original): EntrySecret | undefined {
  if (secret.kind === 'name-id') return { ...secret, contentKey: key };
  return salt === key ? undefined : { kind: 'salt', salt };
}
