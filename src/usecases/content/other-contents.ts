import { openContent } from '#domain/manifest/entry.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { matchCuts, type Pattern } from '#domain/removal/spans/match-cuts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findTargetBlobs, type RemovalTarget } from '#usecases/removal/places/target.ts';
import { LARGEST_CONTENT } from '#usecases/tombstones/replacement-blobs.ts';
import { findContent, type ContentPlace } from './find-content.ts';

/**
 * Says what else a path held, in any state, that is open to every reader: who removes one content of a file may
 * believe that it was the only one. Empty where there is nothing to say.
 *
 * @param options.covered what is about to be hidden, or was.
 * @param options.gone what was cut out; null where all of it was removed.
 */
export async function tellOtherContents(
  workspace: Workspace,
  target: RemovalTarget,
  { covered, gone }: { readonly covered: ReadonlySet<ObjectId>; readonly gone: readonly Pattern[] | null },
): Promise<readonly string[]> {
  if (target.all || target.path === null) return [];
  const others = [...(await findEveryBlob(workspace, target))].filter((blob) => !covered.has(blob));
  if (others.length === 0) return [];
  const places = await findContent(workspace, new Set(others));
  const readable = places.filter(({ entry }) => openContent(entry) !== undefined);
  const open = await holding(workspace, gone, readable);
  const contents = new Set(open.map(({ blob }) => blob)).size;
  if (contents === 0) return [];
  const states = new Set(open.map(({ state }) => state)).size;
  const path = escapePath(utf8(target.path));
  const [what, how] = gone === null ? ['', '--all'] : [' with the same in it', '--match-file and --all'];
  return [
    `${path} held ${count(contents, 'other content')}${what} in ${count(states, 'state')}, still readable: see ${how}`,
  ];
}

/** Where parts go, only those that hold one of them too. */
async function holding(
  { objects }: Workspace,
  gone: readonly Pattern[] | null,
  places: readonly ContentPlace[],
): Promise<readonly ContentPlace[]> {
  if (gone === null) return places;
  const holds = new Map<ObjectId, boolean>();
  for (const { blob } of places) {
    if (holds.has(blob)) continue;
    const object = await objects.read(blob, LARGEST_CONTENT);
    holds.set(blob, object !== undefined && matchCuts(object.content, gone)?.length !== 0);
  }
  return places.filter(({ blob }) => holds.get(blob));
}

async function findEveryBlob(workspace: Workspace, target: RemovalTarget): Promise<ReadonlySet<ObjectId>> {
  try {
    return await findTargetBlobs(workspace, { ...target, state: null, all: true });
  } catch (error) {
    // A directory stood there once: a hint is not worth a failure of what has been done.
    if (error instanceof HeddleError) return new Set();
    throw error;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
