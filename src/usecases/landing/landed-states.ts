import type { ObjectId } from '#ports/objects.ts';
import type { MergeQuestion } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { readFirstParent, statesBeside } from './beside-states.ts';
import { LandedCommits } from './landed-commits.ts';
import type { LandingTarget } from './landing-target.ts';

/** What of a thread its branch does not have yet. */
export interface OpenStates {
  /** Oldest first. */
  readonly states: readonly CarriedState[];
  /** Others whose lines come with them, see {@link statesBeside}. */
  readonly beside: readonly CarriedState[];
  /** A commit that the work began from and that the branch does not have, so that more than states comes; else null. */
  readonly foreign: ObjectId | null;
  /** What they are merged from. */
  readonly question: MergeQuestion;
  /** Which of them brought the branch in and resolved what was in conflict: it is merged from there. -1 for none. */
  readonly resolved: number;
  /** Commits that came to the branch since; null where nothing is in common. */
  readonly behind: number | null;
}

/**
 * The states of a thread and of what it was forked from, up to one that was landed on this branch and is in it still.
 * That one is what both sides have in common then: the branch has its files by another commit.
 */
export async function findOpenStates(workspace: Workspace, target: LandingTarget): Promise<OpenStates> {
  const landed = await LandedCommits.open(workspace, target.ref);
  const inBranch = async ({ id }: CarriedState): Promise<ObjectId | null> =>
    firstInBranch(workspace, await landed.of(id), target.commit);
  const isLanded = async (one: CarriedState): Promise<boolean> => (await inBranch(one)) !== null;
  const open: CarriedState[] = [];
  let state: CarriedState | undefined = target.head;
  let oldest = state;
  while (state !== undefined) {
    const since = await inBranch(state);
    if (since !== null) {
      const { files } = await carrierTrees(workspace, state.carrier);
      const question = { kind: 'trees', names: namesOf(target), ours: target.tree, from: files } as const;
      return openOf(workspace, { target, newest: open, since, isLanded }, question);
    }
    open.push(state);
    oldest = state;
    state = await readFirstParent(workspace, state);
  }
  const { base } = oldest.texts;
  return openOf(workspace, { target, newest: open, since: base, isLanded }, fromBase(target, base));
}

interface Opened {
  readonly target: LandingTarget;
  readonly newest: readonly CarriedState[];
  /** The commit that both sides have in common. */
  readonly since: ObjectId | null;
  readonly isLanded: (state: CarriedState) => Promise<boolean>;
}

async function openOf(
  workspace: Workspace,
  { target, newest, since, isLanded }: Opened,
  question: MergeQuestion,
): Promise<OpenStates> {
  const states = newest.toReversed();
  const resolved = states.findLastIndex(
    (state) => state.state.parents.length > 0 && state.texts.base !== null,
  );
  const base = states[resolved]?.texts.base ?? null;
  const from = base ?? since;
  const behind =
    from === null || target.commit === null
      ? null
      : await (await workspace.landing()).countCommits(from, target.commit);
  const beside = await statesBeside(workspace, states, isLanded);
  const foreign = await foreignBase(workspace, [...states, ...beside], target.commit);
  const merging = base === null ? question : fromBase(target, base);
  return { states, beside, foreign, resolved, behind, question: merging };
}

/** The first commit that one of these states began from and a branch does not have; null for none. */
export async function foreignBase(
  workspace: Workspace,
  states: readonly CarriedState[],
  branch: ObjectId | null,
): Promise<ObjectId | null> {
  const landing = await workspace.landing();
  for (const base of new Set(states.map(({ texts }) => texts.base))) {
    if (base === null || base === branch) continue;
    if (branch === null || !(await landing.isAncestor(base, branch))) return base;
  }
  return null;
}

/** Without any commit on either side there is no history to ask. */
function fromBase(target: LandingTarget, base: ObjectId | null): MergeQuestion {
  const names = namesOf(target);
  if (target.commit === null) return { kind: 'trees', names, ours: null, from: null };
  return { kind: 'history', names, ours: target.commit, from: base };
}

function namesOf({ branch, thread }: LandingTarget): MergeQuestion['names'] {
  return { ours: branch, theirs: thread };
}

async function firstInBranch(
  workspace: Workspace,
  commits: readonly ObjectId[],
  head: ObjectId | null,
): Promise<ObjectId | null> {
  if (head === null) return null;
  const landing = await workspace.landing();
  for (const commit of commits) if (await landing.isAncestor(commit, head)) return commit;
  return null;
}
