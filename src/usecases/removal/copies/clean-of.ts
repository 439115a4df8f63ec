import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { CleanOfResult, Residue, SecretPlace } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findMarksOf } from '#usecases/content/travelling/find-travelling.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { findTombstone, loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { findSecret } from '#usecases/removal/find/find-secret.ts';
import { purgeResources } from '#usecases/removal/meant/asked-purge.ts';
import { gatherConcerned } from '#usecases/removal/places/concerned.ts';
import { findTombstonePlaces } from '#usecases/removal/places/tombstone-places.ts';
import { requireReader } from '#usecases/removal/find/require-reader.ts';
import { readHeldContent } from '#usecases/removal/held-content.ts';
import { LARGEST_CONTENT } from '#usecases/tombstones/replacement-blobs.ts';
import { targetOf } from '#usecases/removal/finish-purge.ts';
import { findResidue, isLeft } from '#usecases/removal/residue.ts';

type Told = Omit<CleanOfResult, 'tombstone'>;

/**
 * Tells whether this clone holds what a tombstone removed, as far as it can know what that was: from the quarantine or
 * old carriers; from its own shun list, or marks that travel, whose digests know whole contents alone; or from a secret
 * that is given. Elsewhere the answer is that it cannot tell. Changes nothing. Needs reader where it stood, once there
 * is something to compare with. Throws `NOT_FOUND`, and what {@link findSecret} throws.
 */
export async function verifyCleanOf(
  workspace: Workspace,
  { name, secret }: { readonly name: string; readonly secret: Uint8Array | null },
): Promise<CleanOfResult> {
  const { view } = await loadAuthority(workspace);
  const record = findTombstone(await loadTombstones(workspace, view), name);
  const told = secret === null ? await byContent(workspace, record) : await bySecret(workspace, secret);
  const kept = await keptHere(workspace, record.id);
  const places = [...told.places, ...kept];
  return { tombstone: record.id, ...told, verdict: kept.length > 0 ? 'holds' : told.verdict, places };
}

async function byContent(workspace: Workspace, record: TombstoneRecord): Promise<Told> {
  const held = await contentOrNone(workspace, record);
  // Whoever plants a guess and asks again would be told whether it is right.
  if (held !== undefined) await requireReaderOf(workspace, record);
  if (held !== undefined) {
    const places = await look(workspace, record, held);
    return { verdict: places.length > 0 ? 'holds' : 'clean', by: 'content', places, notSearched: [] };
  }
  const digests = (await ownDigests(workspace, record.id)) ?? (await travellingDigests(workspace, record));
  if (digests === undefined) return { verdict: 'unknown', by: null, places: [], notSearched: [] };
  await requireReaderOf(workspace, record);
  const found = await findShunned(workspace, digests);
  const places = found.length === 0 ? [] : await look(workspace, record, { contents: found });
  const notSearched = [ONLY_WHOLE, ...digests.lacks];
  return { verdict: found.length > 0 ? 'holds' : 'clean', by: 'digest', places, notSearched };
}

async function requireReaderOf(workspace: Workspace, record: TombstoneRecord): Promise<void> {
  const { view } = await loadAuthority(workspace);
  const places = await findTombstonePlaces(workspace, record);
  const concerned = await gatherConcerned(workspace, view.repository, places);
  await requireReader(workspace, purgeResources(concerned, view.repository, { rewriteGit: false }));
}

const ONLY_WHOLE = 'files that hold it among other things, and copies that Git does not store';

/** Nothing where this clone kept neither quarantine nor carriers that tell all of it. */
async function contentOrNone(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<QuarantinedContent | undefined> {
  if ((await workspace.quarantine.state(record.id)) === 'spent') return undefined;
  try {
    return await readHeldContent(workspace, record);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return undefined;
    throw error;
  }
}

async function look(
  workspace: Workspace,
  record: TombstoneRecord,
  held: QuarantinedContent,
): Promise<readonly Residue[]> {
  // Replacements are known by their ids alone here: a look changes nothing.
  const target = await targetOf(workspace, record, { kept: held, batch: workspace.writer.batch() });
  return (await findResidue(workspace, target)).filter(isLeft);
}

/** By what whole contents are known. */
interface KnownDigests {
  /** False of what is surely none. */
  readonly mayBe: (blob: ObjectId) => boolean;
  readonly isOne: (blob: ObjectId) => Promise<boolean>;
  /** What they do not tell. */
  readonly lacks: readonly string[];
}

/** Digests that travel with a tombstone; undefined where none do. */
async function travellingDigests(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<KnownDigests | undefined> {
  const marks = await findMarksOf(workspace, record);
  if (marks === undefined) return undefined;
  const { spans, reasonCode } = record.declaration;
  const isWhole = spans.length === 0 || reasonCode === 'credential';
  const isOne = async (blob: ObjectId): Promise<boolean> => (await marks.check(blob)) !== undefined;
  return { mayBe: marks.mayBe, isOne, lacks: isWhole ? [] : ['contents of which it removed parts alone'] };
}

/** Digests of this home for a tombstone; undefined where it never made any. */
async function ownDigests(workspace: Workspace, tombstone: TombstoneId): Promise<KnownDigests | undefined> {
  const identity = await workspace.knownReplica();
  if (identity === undefined) return undefined;
  const entries = (await workspace.shun.read()).filter((entry) => entry.tombstone === tombstone);
  const digests = new Set<string>(entries.map(({ digest }) => digest));
  const own = identity.keyed('shun', utf8(tombstone));
  // One more digest says that this home made them; without any other there is nothing to compare.
  if (!digests.has(own) || digests.size < 2) return undefined;
  const mayBe = (blob: ObjectId): boolean => digests.has(identity.keyed('shun', utf8(blob)));
  return { mayBe, isOne: async () => Promise.resolve(true), lacks: [] };
}

async function findShunned(
  workspace: Workspace,
  { mayBe, isOne }: KnownDigests,
): Promise<readonly RemovedContent[]> {
  const blobs = new Set<ObjectId>();
  await workspace.eraser.eachBlob((blob) => {
    if (mayBe(blob)) blobs.add(blob);
  });
  const found: RemovedContent[] = [];
  for (const blob of blobs) {
    if (!(await isOne(blob))) continue;
    const object = await workspace.objects.read(blob, LARGEST_CONTENT);
    if (object !== undefined) found.push({ blob, bytes: object.content, kind: 'file', entries: [] });
  }
  return found;
}

async function bySecret(workspace: Workspace, secret: Uint8Array): Promise<Told> {
  const { places, notSearched } = await findSecret(workspace, secret);
  const verdict = places.length > 0 ? 'holds' : notSearched.length > 0 ? 'unknown' : 'clean';
  return { verdict, by: 'secret', places: places.map(residueOf), notSearched };
}

/** What git keeps is somebody's; a place that heddle has a command for is heddle's own. */
function residueOf({ place, where, fix, note }: SecretPlace): Residue {
  const known = PLACES[place] ?? 'local-record';
  return { place: known, where, owner: fix === null ? 'git' : 'heddle', note: note ?? place };
}

const PLACES: Readonly<Partial<Record<SecretPlace['place'], Residue['place']>>> = {
  file: 'ref',
  'git-file': 'ref',
  commit: 'ref',
  tag: 'ref',
  ref: 'ref',
  note: 'ref',
  name: 'ref',
  stash: 'stash',
  index: 'index',
  worktree: 'worktree',
  unreachable: 'loose-object',
};

/** Encrypted, and not gone: a redaction can be lifted as long as that is there. */
async function keptHere(workspace: Workspace, tombstone: TombstoneId): Promise<readonly Residue[]> {
  if ((await workspace.quarantine.state(tombstone)) !== 'held') return [];
  const note = 'encrypted, so that it can be lifted; `heddle purge` destroys it';
  return [{ place: 'quarantine', where: `heddle/quarantine/${tombstone}`, owner: 'heddle', note }];
}
