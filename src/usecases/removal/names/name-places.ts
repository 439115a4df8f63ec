import { escapePath } from '#domain/encoding/percent-escape.ts';
import { invariant } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { isNameless } from '#domain/manifest/entry.ts';
import { entryNameId } from '#domain/manifest/hashes.ts';
import { isReplaceable } from '#domain/removal/replacement.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import type { Carrier } from '#usecases/states/list-carriers.ts';
import {
  findEntriesIn,
  type EntryPlace,
  type EntrySearch,
} from '#usecases/tombstones/decision/covered-places.ts';
import { removedName } from './hide-name.ts';

/** An entry under a name, and what stands there among the files. */
export interface NamePlace extends EntryPlace {
  readonly blob: ObjectId;
}

/** Every entry that has a name, percent-escaped, wherever it stands; those of directories too. */
export function findByName(
  workspace: Workspace,
  carriers: readonly Carrier[],
  name: string,
): Promise<readonly NamePlace[]> {
  const marker = `"name":${JSON.stringify(name)},`;
  return findPlaces(workspace, carriers, {
    tells: (list) => list.includes(marker),
    covers: (entry) => entry.name === name && !isNameless(entry),
  });
}

/** Where names that a tombstone covers still stand. Hashes the name of every entry. */
export async function findStanding(
  workspace: Workspace,
  carriers: readonly Carrier[],
  { declaration }: TombstoneRecord,
): Promise<readonly NamePlace[]> {
  const names = new Set(declaration.covers.names);
  if (names.size === 0) return [];
  return findPlaces(workspace, carriers, {
    tells: () => true,
    covers: (entry) =>
      isReplaceable(entry.kind) && !isNameless(entry) && names.has(entryNameId(workspace.hasher, entry)),
  });
}

/** Where names that a tombstone covers were taken away. */
export async function findTaken(
  workspace: Workspace,
  carriers: readonly Carrier[],
  { declaration }: TombstoneRecord,
): Promise<readonly NamePlace[]> {
  const names = new Set<string>(declaration.covers.names);
  if (names.size === 0) return [];
  return findPlaces(workspace, carriers, {
    tells: (list) => [...names].some((name) => list.includes(name)),
    covers: ({ secret }) => secret.kind === 'name-id' && names.has(secret.nameId),
  });
}

async function findPlaces(
  workspace: Workspace,
  carriers: readonly Carrier[],
  wanted: EntrySearch,
): Promise<readonly NamePlace[]> {
  const finders = new Map<string, PathFinder>();
  const places: NamePlace[] = [];
  for (const { carrier, path, entry } of await findEntriesIn(workspace, carriers, wanted)) {
    const key = escapePath(path);
    const finder = finders.get(key) ?? new PathFinder(workspace, path);
    finders.set(key, finder);
    const found = await finder.find(carrier.files);
    // What files and manifest do not agree on is for the rebuilding to refuse.
    if (found !== undefined) places.push({ carrier, path, entry, blob: found.id });
  }
  return places;
}

/** What the quarantine keeps of names that stand at some places: one for each `nameId`. */
export function namesAt(workspace: Workspace, places: readonly NamePlace[]): readonly RemovedName[] {
  const names = new Map<Digest, RemovedName>();
  for (const { entry, blob, path } of places) {
    const name = removedName(workspace, { entry, blob });
    invariant(name !== undefined, 'a name that stands is not hidden');
    const paths = new Set([...(names.get(name.nameId)?.paths ?? []), escapePath(path)]);
    names.set(name.nameId, { ...name, paths: [...paths].toSorted() });
  }
  return [...names.values()].toSorted((a, b) => (a.nameId < b.nameId ? -1 : 1));
}
