import type { StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { findBrought } from '#usecases/capture/brought-commit.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';

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
        /** What the work tree came from: a state's carrier, a commit of Git's history, or what one brought into the other. */
        readonly from: { readonly carrier: ObjectId | null; readonly base: ObjectId | null };
      }
  );

/**
 * Finds a state, thread or Git revision, or the work tree as it is for null, for as long as `work` takes: what is in a
 * work tree is stored nowhere, and the workspace that `work` is handed reads it. Throws `NOT_FOUND`, and what a scan
 * throws.
 */
export async function startAt<T>(
  workspace: Workspace,
  name: string | null,
  work: (start: BlameStart, within: Workspace) => Promise<T>,
): Promise<T> {
  if (name !== null) return work(await findStart(workspace, name), workspace);
  return setAside(workspace, async (aside) => work(await startUncaptured(aside), aside));
}

async function findStart(workspace: Workspace, name: string): Promise<BlameStart> {
  const found = await resolveRevision(workspace, name);
  if (found.kind === 'state') {
    const { id, carrier } = found.state;
    return { kind: 'state', name: id, commit: carrier, ...(await carrierTrees(workspace, carrier)) };
  }
  const { commit } = found;
  const files = await workspace.revisions.commitTree(commit);
  return { kind: 'commit', name: commit, commit, files, manifest: null };
}

async function startUncaptured(workspace: AsideWorkspace): Promise<BlameStart> {
  const { parent, base, isThread } = await findOrigin(workspace);
  const carrier = parent?.carrier ?? null;
  const before =
    carrier === null ? await baseFiles(workspace, base) : (await carrierTrees(workspace, carrier)).files;
  const examine = await loadShunGuard(workspace);
  const { tree } = await workspace.worktree.scan({
    seed: before,
    maxFileBytes: LARGEST_FILE,
    ...(examine === undefined ? {} : { examine }),
  });
  const brought = isThread ? await findBrought(workspace, { parent, base, from: before }, tree) : undefined;
  const from = { carrier, base: brought?.commit ?? (carrier === null ? base : null) };
  return { kind: 'uncaptured', name: null, files: tree, manifest: null, from };
}

/** What the work tree came from: its state, the commit that its thread began from, or what is checked out. */
async function findOrigin(workspace: Workspace): Promise<{
  readonly parent: CarriedState | null;
  readonly base: ObjectId | null;
  readonly isThread: boolean;
}> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (position === undefined) {
    return { parent: null, base: await workspace.worktree.headCommit(), isThread: false };
  }
  const state = position.state === null ? undefined : await findState(workspace, position.state);
  const record = await readThreadRecord(workspace, position.thread);
  return { parent: state ?? null, base: record?.base ?? null, isThread: true };
}
