import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { pendingHere } from '#usecases/landing/pending/note.ts';
import { capture } from '#usecases/capture/capture.ts';
import { changesOfWorktree, LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { relativeGitDir } from '#usecases/transaction/git-dir.ts';
import { holdsRepositories } from './held-repositories.ts';

/** A worktree that stands on a thread. */
export interface PlacedWorktree {
  readonly directory: string;
  /** As it is logged. */
  readonly gitDir: string;
  readonly state: StateId | null;
}

/** The worktrees that stand on one thread. */
export interface Standings {
  /** The main one, and the one that the caller stands in: these stay. */
  readonly here: readonly PlacedWorktree[];
  /** The other ones, which go with the thread. */
  readonly linked: readonly PlacedWorktree[];
}

/** Finds the worktrees that stand on a thread. */
export async function findStandings(workspace: Workspace, thread: string): Promise<Standings> {
  const here: PlacedWorktree[] = [];
  const linked: PlacedWorktree[] = [];
  const { commonDir, gitDir: own } = workspace.places;
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const position = await workspace.records.readPosition(gitDir);
    if (position?.thread !== thread) continue;
    const stays = gitDir === commonDir || gitDir === own;
    const placed = { directory, gitDir: relativeGitDir(workspace, gitDir), state: position.state };
    (stays ? here : linked).push(placed);
  }
  return { here, linked };
}

/** Throws `WORKTREE_DIRTY` where a worktree that would go holds what no state does, or must not go. */
export async function refuseUncaptured(workspace: Workspace, { linked }: Standings): Promise<void> {
  for (const { directory } of linked) {
    const { changes } = await lookInto(workspace, directory);
    if (changes === 0) continue;
    const what = changes === 1 ? 'a change' : `${changes} changes`;
    throw new HeddleError('WORKTREE_DIRTY', `${directory} holds ${what} that no state has`, {
      facts: { worktree: directory, changes },
      preserved: 'nothing was changed',
    });
  }
}

/** Captures what worktrees that will go hold; the states. Throws as {@link refuseUncaptured} for what must not go. */
export async function saveUncaptured(
  workspace: Workspace,
  { linked }: Standings,
): Promise<readonly StateId[]> {
  const states: StateId[] = [];
  for (const { directory } of linked) {
    const { there, changes } = await lookInto(workspace, directory);
    if (there === null || changes === 0) continue;
    const { result } = await capture(there, { intent: INTENT, maxFileBytes: LARGEST_FILE });
    states.push(result.state);
  }
  return states;
}

const INTENT = 'what was not captured when the thread was dropped';

/** The same clone, seen from another worktree of it, and how much no state has there; null where nothing is there. */
async function lookInto(
  workspace: Workspace,
  directory: string,
): Promise<{ readonly there: Workspace | null; readonly changes: number }> {
  const opened = await workspace.worktrees.open(directory);
  if (opened === 'gone') return { there: null, changes: 0 };
  if (opened === 'closed') throw mustStay(directory, 'is locked, or git does not know it');
  // A repetition of the whole has the id of what it is about; the capture before it has none.
  const { places, worktree, aside } = opened;
  // It can neither be captured nor dropped until that was ended.
  const waiting = await workspace.records.readLanding(places.gitDir);
  if (waiting !== undefined) throw pendingHere(waiting.pending, directory);
  const there = { ...workspace, places, worktree, aside, said: { ...workspace.said, operationId: null } };
  const found = await changesOfWorktree(there);
  // Of a repository in the worktree a state holds no more than the commit's id.
  if (await holdsRepositories(workspace, opened, found))
    throw mustStay(directory, 'holds a repository of its own');
  return { there, changes: found.changes.length };
}

function mustStay(directory: string, why: string): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', `${directory} ${why}`, {
    facts: { worktree: directory, advice: 'run it in that worktree: it stays then, with its files' },
    preserved: 'nothing was changed',
  });
}
