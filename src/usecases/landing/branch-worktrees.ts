import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { withCommand } from '#domain/encoding/shell-line.ts';
import type { StateId } from '#domain/id.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { BranchPlace, WorktreePosition } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { relativeGitDir } from '#usecases/transaction/git-dir.ts';
import { followStep, type Follow } from './follow-branch.ts';

/** How the worktrees of a branch follow it. */
export interface Following {
  readonly effects: readonly Effect[];
  readonly worktrees: readonly { readonly directory: string; readonly left: boolean }[];
  readonly problems: readonly HeddleError[];
}

interface Move {
  readonly branch: string;
  readonly from: ObjectId | null;
  readonly to: ObjectId | null;
  /** The thread whose worktree may have the branch checked out: its files are those of this state. */
  readonly own: { readonly thread: string; readonly state: StateId } | null;
  /** What becomes of the files of that worktree. `leave`: they become the branch's, and the thread ends there. */
  readonly ownFiles: 'same' | 'leave' | 'stay';
}

const NOTHING_CHANGED = 'nothing was changed';
const MOST_NAMED = 20;

/**
 * Plans how each worktree that has the branch checked out follows it, and says what is in the way: something that
 * somebody is in the middle of, another thread's work, files that were changed.
 *
 * @param treeTo the branch's files afterwards, where its commit is not made yet.
 */
export async function planFollowing(
  workspace: Workspace,
  places: readonly BranchPlace[],
  { move, treeTo }: { readonly move: Move; readonly treeTo: ObjectId | null },
): Promise<Following> {
  const planned: Following[] = [];
  for (const place of places) planned.push(await planOne(workspace, place, { move, treeTo }));
  return {
    effects: planned.flatMap(({ effects }) => effects),
    worktrees: planned.flatMap(({ worktrees }) => worktrees),
    problems: planned.flatMap(({ problems }) => problems),
  };
}

async function planOne(
  workspace: Workspace,
  place: BranchPlace,
  { move, treeTo }: { readonly move: Move; readonly treeTo: ObjectId | null },
): Promise<Following> {
  const standing = await standsAt(workspace, place, move);
  const problem = whyNot(move.branch, place, standing === 'other');
  if (problem !== undefined) return { effects: [], worktrees: [], problems: [problem] };
  const own = standing === 'own' ? move.own : null;
  const gitDir = relativeGitDir(workspace, place.gitDir);
  const follow: Follow = {
    kind: 'follow',
    gitDir,
    from: move.from,
    to: move.to,
    state: own?.state ?? null,
    files: own !== null && move.ownFiles === 'stay' ? 'stay' : 'move',
  };
  const blocked = await obstacles(workspace, { place, follow, treeTo });
  const left = standing === 'through' || (own !== null && move.ownFiles === 'leave');
  const leave: Effect = { kind: 'worktree', gitDir, thread: null, state: null };
  return {
    effects: left ? [follow, leave] : [follow],
    worktrees: [{ directory: place.directory, left }],
    problems: blocked.length === 0 ? [] : [dirty(move.branch, place, blocked)],
  };
}

/** Whose files stand in a worktree: the branch's, the thread's own, or another's, which may be through. */
async function standsAt(
  workspace: Workspace,
  place: BranchPlace,
  { own, from }: Move,
): Promise<'branch' | 'own' | 'through' | 'other'> {
  const position = await workspace.records.readPosition(place.gitDir);
  if (position === undefined) return 'branch';
  if (position.thread === own?.thread) return 'own';
  return (await isThrough(workspace, position, from)) ? 'through' : 'other';
}

/** Whether all that another thread captured in a worktree is what the branch has: then nobody misses it there. */
async function isThrough(
  workspace: Workspace,
  { state }: WorktreePosition,
  from: ObjectId | null,
): Promise<boolean> {
  const carried = state === null ? undefined : await findState(workspace, state);
  if (carried === undefined) return false;
  const { files } = await carrierTrees(workspace, carried.carrier);
  return files === (await baseFiles(workspace, from));
}

async function obstacles(
  workspace: Workspace,
  {
    place,
    follow,
    treeTo,
  }: { readonly place: BranchPlace; readonly follow: Follow; readonly treeTo: ObjectId | null },
): Promise<readonly Uint8Array[]> {
  const before = await followStep(workspace, { ...follow, to: follow.from }, place);
  const filesTo = follow.files === 'stay' ? before.filesFrom : treeTo;
  return (await workspace.landing()).obstacles({ ...before, indexTo: treeTo, filesTo });
}

function whyNot(branch: string, place: BranchPlace, foreign: boolean): HeddleError | undefined {
  const { directory, busy } = place;
  const facts = { branch, worktree: directory };
  if (busy !== null) {
    return new HeddleError('LAND_REFUSED', `${branch} is checked out where ${busy} is under way`, {
      facts: { ...facts, why: `end ${busy} in ${directory} first` },
      preserved: NOTHING_CHANGED,
    });
  }
  if (!foreign) return undefined;
  return new HeddleError('LAND_REFUSED', `${branch} is checked out where another thread stands`, {
    facts: {
      ...facts,
      ...withCommand('leave the files there to that thread', ['git', '-C', directory, 'switch', '--detach']),
    },
    preserved: NOTHING_CHANGED,
  });
}

function dirty(branch: string, { directory }: BranchPlace, paths: readonly Uint8Array[]): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', `${branch} is checked out where files were changed`, {
    facts: {
      branch,
      worktree: directory,
      paths: paths.slice(0, MOST_NAMED).map(escapePath),
      advice: 'commit, stash or take back what was changed there with git',
    },
    preserved: NOTHING_CHANGED,
  });
}
