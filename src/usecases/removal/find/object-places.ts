import { openContent } from '#domain/manifest/entry.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { StateId } from '#domain/id.ts';
import { HEDDLE_REFS, REQUESTS_REF, REVIEWS_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { SecretPlace, SecretPlaceKind } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { FoundObjects, SecretLook, SeenInHistory } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findContent, type ContentPlace } from '#usecases/content/find-content.ts';
import { NOT_OF_A_STATE } from './file-places.ts';
import { coveredRecord } from '#domain/removal/covered-record.ts';
import { listCarriers, STATE_TEXTS, type Carrier } from '#usecases/states/list-carriers.ts';

type Found = FoundObjects['objects'][number];

/** Where objects that hold a secret stand: in states first, then in Git's own history, then in nothing. */
export async function objectPlaces(
  workspace: Workspace,
  look: SecretLook,
  { objects }: FoundObjects,
): Promise<readonly SecretPlace[]> {
  const blobs = new Set(objects.filter(({ kind }) => kind === 'blob').map(({ id }) => id));
  const files = blobs.size === 0 ? [] : await findContent(workspace, blobs);
  const records = await recordsOf(workspace, new Set(objects.map(({ id }) => id)));
  const ofStates = new Set([...files.map(({ blob }) => blob), ...records.keys()]);
  const places = objects.flatMap((object): readonly SecretPlace[] => {
    const held = files.filter(({ blob }) => blob === object.id);
    const carriers = records.get(object.id) ?? [];
    return [
      ...filePlaces(look, object, held),
      ...carriers.map((carrier) => recordPlace(look, object, carrier)),
      ...gitPlaces(workspace, look, { object, ofStates }),
    ];
  });
  return [...new Map(places.map((place) => [keyOf(place), place])).values()];
}

function keyOf({ place, where, state }: SecretPlace): string {
  return `${place}\0${where}\0${state ?? ''}`;
}

interface Holder {
  readonly carrier: Carrier;
  readonly name: string;
}

/** Which objects are a state's own texts and records, or its carrier. */
async function recordsOf(
  workspace: Workspace,
  wanted: ReadonlySet<ObjectId>,
): Promise<ReadonlyMap<ObjectId, readonly Holder[]>> {
  const held = new Map<ObjectId, readonly Holder[]>();
  const { carriers } = await listCarriers(workspace);
  for (const carrier of carriers) {
    const rows = carrier.rows.map(({ id, name }) => ({ id, name: decodeUtf8(name) ?? '' }));
    for (const { id, name } of [...rows, { id: carrier.commit, name: 'texts.json' }]) {
      if (wanted.has(id)) held.set(id, [...(held.get(id) ?? []), { carrier, name }]);
    }
  }
  return held;
}

/** One content, by each path at which states have it; the first command hides it at all of them. */
function filePlaces(
  look: SecretLook,
  { forms }: Found,
  held: readonly ContentPlace[],
): readonly SecretPlace[] {
  const paths = new Map<string, ContentPlace[]>();
  for (const one of held) {
    const path = escapePath(one.path);
    paths.set(path, [...(paths.get(path) ?? []), one]);
  }
  return [...paths].flatMap(([path, places]) => {
    const newest = places.at(-1);
    if (newest === undefined) return [];
    const states = new Set(places.map(({ state }) => state)).size;
    const { state } = newest;
    const thread = look.mask(newest.thread);
    const where = look.maskPath(newest.path);
    const hidden = openContent(newest.entry) !== undefined;
    const note = hidden ? null : 'its replacement: see the reason of its tombstone';
    const fix = hidden && where === path ? redactArgv(path, state) : null;
    return [{ place: 'file' as const, where, thread, state, states, forms, note, fix }];
  });
}

const WHY = ['--code', 'credential', '--reason', 'a secret was captured by mistake'];

function redactArgv(path: string, state: StateId): readonly string[] {
  return ['heddle', 'redact', path, '--state', state, ...WHY];
}

/** The command that hides what was written beside a record. */
export function redactTextsArgv(record: string): readonly string[] {
  return ['heddle', 'redact', '--text', record, ...WHY];
}

function recordPlace(look: SecretLook, { forms }: Found, { carrier, name }: Holder): SecretPlace {
  const { id, state } = carrier;
  const kind = name === 'texts.json' ? 'intent' : 'record';
  const note = kind === 'intent' ? null : `its ${look.mask(name)}`;
  const thread = look.mask(state.thread);
  const fix = kind === 'intent' ? redactTextsArgv(id) : null;
  return { place: kind, where: id, thread, state: id, states: 1, forms, note, fix };
}

function gitPlaces(
  { places }: Pick<Workspace, 'places'>,
  look: SecretLook,
  { object, ofStates }: { readonly object: Found; readonly ofStates: ReadonlySet<ObjectId> },
): readonly SecretPlace[] {
  const { kind, forms, seen, staged, unreachable } = object;
  if (seen.length > 0) return seenPlaces(look, object);
  if (staged.length > 0) {
    return staged.map(({ directory, path }) => {
      const note = `staged${directory === places.worktree ? '' : ` in ${look.mask(directory)}`}, in no commit`;
      return { ...NOT_OF_A_STATE, place: 'index', where: look.maskPath(path), forms, note };
    });
  }
  // A state's own objects were told; names in trees are told as names.
  if (ofStates.has(object.id) || (kind === 'tree' && !unreachable)) return [];
  const place = unreachable ? 'unreachable' : 'index';
  const where = unreachable ? `${kind} in objects` : 'index';
  const note = unreachable ? 'no ref, reflog or index reaches it' : 'what an index keeps beside its entries';
  return [{ ...NOT_OF_A_STATE, place, where, forms, note }];
}

/** By path and kind of ref: the newest commit that brought it in, and how many did. */
function seenPlaces(look: SecretLook, { kind, forms, seen }: Found): readonly SecretPlace[] {
  const groups = new Map<string, SeenInHistory[]>();
  for (const one of seen) {
    const key = `${placeOf(kind, one)}\0${escapePath(one.path)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    if (newest === undefined) return [];
    const { commit, ref, path } = newest;
    const more = group.length - 1;
    const commits = more === 0 ? '' : `, and in ${more} more ${more === 1 ? 'commit' : 'commits'}`;
    const inCommit = path.length === 0 ? '' : `commit ${commit.slice(0, 12)}${commits}, `;
    const where = path.length === 0 ? commit.slice(0, 12) : look.maskPath(path);
    const note = `${inCommit}reached from ${ref === '' ? 'a reflog alone' : look.mask(ref)}`;
    const record = setRecord(ref, decodeUtf8(path) ?? '');
    const fix = record === undefined ? null : redactTextsArgv(record);
    return [{ ...NOT_OF_A_STATE, place: placeOf(kind, newest), where, forms, note, fix }];
  });
}

/** The record of a set whose sidecar stands at a path of it; undefined for anything else. */
function setRecord(ref: string, path: string): string | undefined {
  const [file, name = '', ...above] = path.split('/').toReversed();
  const prefix = ref === REVIEWS_REF ? 'review-' : '';
  const isSet = [REQUESTS_REF, REVIEWS_REF, TOMBSTONES_REF].includes(ref);
  if (!isSet || file !== STATE_TEXTS || above.length > 1) return undefined;
  return coveredRecord(prefix + name);
}

function placeOf(kind: string, { ref, path }: SeenInHistory): SecretPlaceKind {
  if (kind === 'tag') return 'tag';
  if (ref.startsWith(`${HEDDLE_REFS}requests`)) return 'request';
  if (ref.startsWith(HEDDLE_REFS)) return 'record';
  if (ref.startsWith('refs/notes/')) return 'note';
  if (ref.startsWith('stash@')) return 'stash';
  return path.length === 0 ? 'commit' : 'git-file';
}
