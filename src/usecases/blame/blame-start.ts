import type { StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';

interface Trees {
  /** As it is published: null for the work tree. */
  readonly name: StateId | ObjectId | null;
  readonly files: ObjectId;
  readonly manifest: ObjectId | null;
}

/** Where lines are followed from. */
export type BlameStart = Trees &
  (
    | { readonly kind: 'state' | 'commit'; readonly commit: ObjectId }
    | {
        readonly kind: 'uncaptured';
        /** What the work tree came from: a state's carrier, or a commit of Git's history. */
        readonly from: { readonly carrier: ObjectId | null; readonly base: ObjectId | null };
      }
  );

/** Finds a state, thread or Git revision, or the work tree as it is. Throws `NOT_FOUND`, and what a scan throws. */
export async function findStart(workspace: Workspace, name: string | null): Promise<BlameStart> {
  if (name === null) return uncaptured(workspace);
  const found = await resolveRevision(workspace, name);
  if (found.kind === 'state') {
    const { id, carrier } = found.state;
    return { kind: 'state', name: id, commit: carrier, ...(await carrierTrees(workspace, carrier)) };
  }
  const { commit } = found;
  const files = await workspace.revisions.commitTree(commit);
  return { kind: 'commit', name: commit, commit, files, manifest: null };
}

async function uncaptured(workspace: Workspace): Promise<BlameStart> {
  const from = await findOrigin(workspace);
  const before = from.carrier === null ? null : (await carrierTrees(workspace, from.carrier)).files;
  const examine = await loadShunGuard(workspace);
  const { tree } = await workspace.worktree.scan({
    seed: before ?? (await baseFiles(workspace, from.base)),
    maxFileBytes: LARGEST_FILE,
    ...(examine === undefined ? {} : { examine }),
  });
  return { kind: 'uncaptured', name: null, files: tree, manifest: null, from };
}

/** What the work tree came from: its state, the commit that its thread began from, or what is checked out. */
async function findOrigin(
  workspace: Workspace,
): Promise<{ readonly carrier: ObjectId | null; readonly base: ObjectId | null }> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (position === undefined) return { carrier: null, base: await workspace.worktree.headCommit() };
  const state = position.state === null ? undefined : await findState(workspace, position.state);
  if (state !== undefined) return { carrier: state.carrier, base: null };
  const record = await workspace.records.readThread(position.thread);
  return { carrier: null, base: record?.base ?? null };
}
