import { escapePath } from '#domain/encoding/percent-escape.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findTargetBlobs, type RemovalTarget } from '#usecases/removal/places/target.ts';
import { findContent } from './find-content.ts';

/**
 * Says what else a path held, in any state, that is open to every reader: who removes one content of a file may
 * believe that it was the only one. Empty where there is nothing to say.
 *
 * @param covered what is about to be hidden, or was.
 */
export async function tellOtherContents(
  workspace: Workspace,
  target: RemovalTarget,
  covered: ReadonlySet<ObjectId>,
): Promise<readonly string[]> {
  if (target.all) return [];
  const others = [...(await findEveryBlob(workspace, target))].filter((blob) => !covered.has(blob));
  if (others.length === 0) return [];
  const places = await findContent(workspace, new Set(others));
  const open = places.filter(({ entry }) => entry.secret.kind === 'salt');
  const contents = new Set(open.map(({ blob }) => blob)).size;
  if (contents === 0) return [];
  const states = new Set(open.map(({ state }) => state)).size;
  const path = escapePath(utf8(target.path));
  return [
    `${path} held ${count(contents, 'other content')} in ${count(states, 'state')}, still readable: see --all`,
  ];
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
