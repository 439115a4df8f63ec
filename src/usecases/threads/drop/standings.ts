import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE, scanWorktree } from '#usecases/capture/scan-worktree.ts';
import { relativeGitDir } from '#usecases/transaction/effects.ts';

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

/** Throws `WORKTREE_DIRTY` where a worktree that would go holds what no state does. */
export async function refuseUncaptured(workspace: Workspace, { linked }: Standings): Promise<void> {
  for (const { directory } of linked) {
    const there = await standIn(workspace, directory);
    if (there === undefined) continue;
    const { touched } = await scanWorktree(there, { maxFileBytes: LARGEST_FILE });
    if (touched.length === 0) continue;
    const what = touched.length === 1 ? 'a change' : `${touched.length} changes`;
    throw new HeddleError('WORKTREE_DIRTY', `${directory} holds ${what} that no state has`, {
      facts: { worktree: directory, changes: touched.length, flag: '--force' },
      preserved: 'nothing was changed',
    });
  }
}

/** Captures what worktrees that will go hold; the states. */
export async function saveUncaptured(
  workspace: Workspace,
  { linked }: Standings,
): Promise<readonly StateId[]> {
  const states: StateId[] = [];
  for (const { directory } of linked) {
    const there = await standIn(workspace, directory);
    if (
      there === undefined ||
      (await scanWorktree(there, { maxFileBytes: LARGEST_FILE })).touched.length === 0
    )
      continue;
    const { result } = await capture(there, { intent: INTENT, maxFileBytes: LARGEST_FILE });
    states.push(result.state);
  }
  return states;
}

const INTENT = 'what was not captured when the thread was dropped';

/** The same clone, seen from another worktree of it; undefined where its directory is gone. */
async function standIn(workspace: Workspace, directory: string): Promise<Workspace | undefined> {
  const there = await workspace.worktrees.open(directory);
  if (there === 'gone') return undefined;
  if (there === 'closed') {
    throw new HeddleError('WORKTREE_DIRTY', `${directory} cannot be looked into`, {
      facts: { worktree: directory },
      preserved: 'nothing was changed',
    });
  }
  // A repetition of the whole has the id of what it is about; the capture before it has none.
  return { ...workspace, ...there, said: { ...workspace.said, operationId: null } };
}
