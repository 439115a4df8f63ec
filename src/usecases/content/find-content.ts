import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listCarriers } from '#usecases/states/list-carriers.ts';
import { HeldDirectories, type DirectoryPair, type HeldDirectory } from './held-directories.ts';
import { findHoldingTrees } from './held-trees.ts';

/** One place where a content stands. */
export interface ContentPlace {
  /** The thread that the state is of; other threads may have grown from it. */
  readonly thread: string;
  readonly state: StateId;
  readonly carrier: ObjectId;
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly entry: ManifestEntry;
  readonly blob: ObjectId;
}

/** Against trees that name one another until they stand for more files than any disk holds. */
const MOST_PLACES = 5_000_000;

/**
 * Every file and symbolic link, over every carrier that heddle's thread refs reach, whose blob is one of these;
 * parents before children. Costs what is distinct in history, not its length times its width. Throws
 * `OBJECT_CORRUPT` where a content stands that its manifest does not tell.
 */
export async function findContent(
  workspace: Workspace,
  blobs: ReadonlySet<ObjectId>,
): Promise<readonly ContentPlace[]> {
  const { carriers } = await listCarriers(workspace);
  const roots = carriers.map(({ files }) => files);
  const holding = await findHoldingTrees(workspace, roots, blobs);
  const directories = new HeldDirectories<readonly RelativePlace[]>(workspace, { blobs, holding }, placesIn);
  await directories.visit(carriers);
  const places: ContentPlace[] = [];
  for (const carrier of carriers) {
    const { commit, id: state } = carrier;
    for (const place of directories.made(carrier) ?? []) {
      places.push({ thread: carrier.state.thread, state, carrier: commit, ...place });
      if (places.length > MOST_PLACES) throw tooMany();
    }
  }
  return places;
}

type RelativePlace = Pick<ContentPlace, 'path' | 'entry' | 'blob'>;

const SLASH = utf8('/');

function placesIn(
  { entries, below }: HeldDirectory,
  placesBelow: (pair: DirectoryPair) => readonly RelativePlace[],
): readonly RelativePlace[] {
  const places: RelativePlace[] = entries.map(({ name, blob, placed }) => ({
    path: name,
    blob,
    entry: placed.entry,
  }));
  for (const { name, pair } of below) {
    for (const place of placesBelow(pair)) {
      places.push({ ...place, path: concatBytes(name, SLASH, place.path) });
      if (places.length > MOST_PLACES) throw tooMany();
    }
  }
  return places;
}

function tooMany(): HeddleError {
  return new HeddleError('FORMAT_INVALID', 'a content stands in more places than can be told', {
    facts: { limit: MOST_PLACES },
    preserved: 'nothing was changed',
  });
}
