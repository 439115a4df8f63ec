import { equalBytes } from '#domain/encoding/bytes.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { replicaOf } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { CHECKPOINT } from './segment-commit.ts';

/** Tells whether a ref is of what a replica published of its log. */
export function isLog(ref: string): boolean {
  return replicaOf(ref) !== undefined;
}

/** A removal of texts replaces sidecars of published lines: what the replica signed of them stays. */
export async function logsProblem(
  workspace: Workspace,
  refs: readonly RefChange[],
): Promise<string | undefined> {
  for (const { name, old, new: next } of refs) {
    const [before, after] = [await checkpointAt(workspace, old), await checkpointAt(workspace, next)];
    if (before === undefined || after === undefined || equalBytes(before, after)) continue;
    return `it changes more of ${name} than texts`;
  }
  return undefined;
}

/** What a replica signed of its newest segment; undefined where a purge or git's garbage collection took it. */
async function checkpointAt(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId | null,
): Promise<Uint8Array | undefined> {
  if (commit === null) return undefined;
  return (await objects.read(`${commit}:${CHECKPOINT}`, LARGEST_CHECKPOINT))?.content;
}

const LARGEST_CHECKPOINT = 16_384;
