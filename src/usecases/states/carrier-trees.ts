import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CarriedState } from './read-state.ts';
import { parentCarriers } from './walk-states.ts';

/** The Git trees that a carrier holds: the work tree's files, and the manifest that describes them. */
export interface CarrierTrees {
  readonly files: ObjectId;
  readonly manifest: ObjectId;
}

/** Finds the trees of a state's carrier; throws `OBJECT_CORRUPT`. */
export async function carrierTrees(workspace: Workspace, carrier: ObjectId): Promise<CarrierTrees> {
  const entries = (await workspace.objects.readTree(carrier)) ?? [];
  const ids = new Map(entries.map((entry) => [rawKey(entry.name), entry.id]));
  const files = ids.get('files');
  const manifest = ids.get('manifest');
  if (files === undefined || manifest === undefined) throw lacking(carrier);
  return { files, manifest };
}

/** The manifest of each carrier, in order; throws `OBJECT_CORRUPT`. */
export async function manifestTrees(
  workspace: Pick<Workspace, 'objects'>,
  carriers: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const names = carriers.map((carrier) => `${carrier}:manifest`);
  const found = await workspace.objects.readMany(names, LARGEST_TREE);
  return carriers.map((carrier, index) => {
    const tree = found[index];
    if (tree?.kind === 'tree') return tree.id;
    throw lacking(carrier);
  });
}

/** The files that a state changed: of its first parent, or of the commit that its thread began from. */
export async function filesBefore(workspace: Workspace, carried: CarriedState): Promise<ObjectId | null> {
  const parent = parentCarriers(carried)[0];
  if (parent !== undefined) return (await carrierTrees(workspace, parent)).files;
  return baseFiles(workspace, carried.texts.base);
}

/** The files of a Git commit that a thread begins from; null, the empty tree, where it begins from nothing. */
export async function baseFiles({ revisions }: Workspace, base: ObjectId | null): Promise<ObjectId | null> {
  return base === null ? null : revisions.commitTree(base);
}

/** A directory of a manifest has few entries: its lists, and its subdirectories. */
const LARGEST_TREE = 64 * 1024 * 1024;

function lacking(carrier: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'a carrier lacks its files or its manifest', {
    facts: { commit: carrier },
    preserved: 'nothing was changed',
  });
}
