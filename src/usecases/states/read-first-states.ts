import { decodeState } from '#domain/state/state-codec.ts';
import type { State } from '#domain/state/state.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isNoCarrier } from './read-state.ts';

const LARGEST_FILE = 2 * 1024 * 1024;

/** What the carriers say of themselves, and nothing else of them; undefined for what is no state. In order. */
export async function readBareStates(
  workspace: Pick<Workspace, 'objects'>,
  carriers: readonly ObjectId[],
): Promise<readonly (State | undefined)[]> {
  const names = carriers.map((carrier) => `${carrier}:state.json`);
  const found = await workspace.objects.readMany(names, LARGEST_FILE);
  return found.map((file) => (file === undefined ? undefined : tryDecode(file.content)));
}

/** Tells for each carrier whether it is of a state without parents: the first of a thread. */
export async function readFirstStates(
  workspace: Pick<Workspace, 'objects'>,
  carriers: readonly ObjectId[],
): Promise<readonly boolean[]> {
  const states = await readBareStates(workspace, carriers);
  return states.map((state) => state?.parents.length === 0);
}

function tryDecode(content: Uint8Array): State | undefined {
  try {
    return decodeState(content);
  } catch (error) {
    if (isNoCarrier(error)) return undefined;
    throw error;
  }
}
