import { jsonField } from '#domain/encoding/json-field.ts';
import { parseDigest } from '#domain/id.ts';
import { isState } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { repositoryResource } from '#domain/resource/resource.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { refused, type Reversal, type Target, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import {
  loadTombstones,
  readTombstones,
  type LoadedTombstones,
} from '#usecases/tombstones/load-tombstones.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { isLifted } from '#usecases/tombstones/removal-problem.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import type { Drafts, Ground } from '#usecases/transaction/plan.ts';
import { readHeldContent } from './held-content.ts';
import { readOriginals, restoreEntry } from './lifting/originals.ts';
import { findOtherHiders, otherFileHiders } from './lifting/other-file-hiders.ts';
import { gatherConcerned, statesOf, type Concerned } from './places/concerned.ts';
import { rewriteCarriers } from '#usecases/content/rewrite-carriers.ts';
import { findTombstonePlaces, replacementBlobs } from './places/tombstone-places.ts';
import { replaceTexts } from './texts/replace-texts.ts';
import { otherHiders } from './texts/other-hiders.ts';
import { hiddenSince, namelessSince } from './lifting/entangled.ts';
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
  const later =
    (await hiddenSince(workspace, record, { kept, set: tombstones })) ??
    (await namelessSince(workspace, kept, tombstones));
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
