import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { TrailerStyle } from '#domain/landing/landing-message.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import type { LandingTarget } from '#usecases/landing/landing-target.ts';
import type { Merged } from '#usecases/landing/merge-states.ts';
import { conflictProblem } from '#usecases/landing/preflight.ts';
import { filesOf } from '#usecases/restore/restore-files.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import type { Plan } from '#usecases/transaction/plan.ts';
import { draftConflictSnapshot } from './conflict-snapshot.ts';

type Conflict = Extract<Merged, { readonly kind: 'conflict' }>;

/** What is to be resolved, and how it is landed then. */
export interface Stopping {
  readonly target: LandingTarget;
  readonly merged: Conflict;
  readonly options: {
    readonly squash: boolean;
    readonly message: string | null;
    readonly trailers: TrailerStyle;
  };
  readonly at: Instant;
}

/**
 * Plans how the conflicts of a landing come into this worktree, the thread's: files as git writes them, its index with
 * the sides of each conflict, and a note. What stood there is kept in a snapshot. Throws `LAND_CONFLICT` where this is no
 * worktree of the thread, `LAND_REFUSED`, `OUTPUT_EXISTS`.
 */
export async function planConflict(
  workspace: Workspace,
  batch: ObjectBatch,
  { target, merged, options, at }: Stopping,
): Promise<Pick<Plan<unknown>, 'refs' | 'effects' | 'inverse'>> {
  const { gitDir, worktree: directory } = workspace.places;
  const { thread, branch, head, commit } = target;
  const position = await workspace.records.readPosition(gitDir);
  const apart = merged.state.id !== head.id;
  if (apart || position?.thread !== thread || position.state !== head.id) {
    throw await conflictProblem(workspace, { target, merged });
  }
  const index = await readFreeIndex(workspace, { directory, gitDir });
  const changes = await fileChanges(workspace, target.files, merged.tree);
  const drafted = { changes, conflicts: merged.conflicts, merged: merged.tree, index, at };
  const ref = await draftConflictSnapshot(workspace, batch, drafted);
  invariant(commit !== null, 'nothing is in conflict with a branch that has no commit');
  const { squash, message, trailers } = options;
  const snapshot = ref.new;
  const pending = { thread, branch, head: head.id, onto: commit, snapshot, squash, message, trailers };
  const sides = (to: 'before' | 'after', note: PendingLanding | null): readonly Effect[] => [
    { kind: 'restore', gitDir: gitDirName(workspace), snapshot, to },
    { kind: 'index', gitDir: gitDirName(workspace), snapshot, to },
    { kind: 'landing', gitDir: gitDirName(workspace), pending: note },
  ];
  return {
    refs: [ref],
    effects: sides('after', pending),
    inverse: { refs: [], effects: sides('before', null) },
  };
}

/** The user's index as a tree, where nobody is in the middle of anything. */
async function readFreeIndex(
  workspace: Workspace,
  place: { readonly directory: string; readonly gitDir: string },
): Promise<ObjectId> {
  const landing = await workspace.landing();
  const busy = await landing.underWay(place.gitDir);
  const { tree, unmerged } = await landing.readIndex(place);
  if (busy === null && tree !== null) return tree;
  const why = busy === null ? 'add the unmerged paths with `git add` first' : `end ${busy} here first`;
  throw new HeddleError(
    'LAND_REFUSED',
    `there are conflicts, and this worktree is not free for them: ${why}`,
    {
      facts: { worktree: place.directory, paths: unmerged.map(escapePath), advice: why },
      preserved: 'nothing was changed',
    },
  );
}

/** What is written into the files. The commit of a submodule is not its files: git leaves those alone, too. */
async function fileChanges(
  workspace: Workspace,
  from: ObjectId,
  merged: ObjectId,
): Promise<readonly TreeChange[]> {
  const all = await workspace.comparer.compare(from, await presentableTree(workspace, merged));
  const changes = all.filter(({ oldMode, newMode }) => oldMode !== LINK && newMode !== LINK);
  const known = new Set((await filesOf(workspace, from)).keys());
  const made = changes.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const [first] = await workspace.worktree.inTheWay(made, known);
  if (first === undefined) return changes;
  const path = escapePath(first);
  throw new HeddleError('OUTPUT_EXISTS', `something that heddle does not keep stands at ${path}`, {
    facts: { path },
    preserved: 'nothing was changed',
  });
}

const LINK = '160000';
