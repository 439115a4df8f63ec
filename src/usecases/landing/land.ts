import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { HeddleError } from '#domain/error.ts';
import { encodeLandedCommit } from '#domain/landing/landed-commit.ts';
import type { Instant } from '#domain/time.ts';
import type { LandResult } from '#domain/results/landing-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { tellRefusal } from '#usecases/removal/would-deny.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts, Ground, Plan, Proposal } from '#usecases/transaction/plan.ts';
import { planFollowing, type Following } from './branch-worktrees.ts';
import {
  blindAsk,
  choosePolicies,
  landAsk,
  readAsk,
  type BranchOptions,
  type Chosen,
  type LandOptions,
} from './landing-asks.ts';
import { landingMessages } from './landing-messages.ts';
import { findOpenStates } from './landed-states.ts';
import { chooseBranch, findTarget } from './landing-target.ts';
import { mergeStates, type Merged } from './merge-states.ts';
import { planConflict } from './pending/plan-conflict.ts';
import { contentProblems, threadProblems } from './preflight.ts';
import { NOTHING, resultOf, tellProblem, type Found, type Landed } from './tell-landing.ts';

/**
 * Merges a thread into a Git branch as ordinary commits. Throws `LAND_CONFLICT`, `LAND_REFUSED`, `WORKTREE_DIRTY`,
 * `THREAD_DIVERGED`, `NOT_FOUND`, and what {@link mutate} throws; then nothing was changed.
 */
export async function land(workspace: Workspace, options: LandOptions): Promise<Mutated<Landed>> {
  const branch = await chooseBranch(workspace, options.onto);
  if (options.dryRun) return rehearse(workspace, { ...options, branch });
  const { thread, squash, message, trailers } = options;
  const args: Json = { thread, branch, squash, message, trailers };
  return mutate<Landed>(workspace, {
    op: 'land',
    args,
    asksPassphrase: false,
    propose: (ground) => propose(workspace, ground, { ...options, branch }),
    blind: (ground) => blindAsk(workspace, ground, { ...options, branch }),
  });
}

/** Finds what landing a thread on a branch would bring now. Throws `NOT_FOUND`, `LAND_REFUSED`. */
export async function findLanding(
  workspace: Workspace,
  options: Pick<BranchOptions, 'thread' | 'branch' | 'squash'>,
): Promise<Found> {
  const target = await findTarget(workspace, options);
  const open = await findOpenStates(workspace, target);
  const merged = await mergeStates(workspace, target, { ...open, squash: options.squash });
  if (merged.kind === 'merged' || options.squash) return { ...open, target, merged };
  // What is in conflict anyway is resolved as a whole; what only single states bring is not.
  const whole = await mergeStates(workspace, target, { ...open, squash: true });
  return { ...open, target, merged: whole.kind === 'conflict' ? whole : merged };
}

function isNothing({ merged }: Found): boolean {
  return merged.kind === 'merged' && merged.touched.length === 0;
}

async function propose(
  workspace: Workspace,
  ground: Ground,
  asked: BranchOptions,
): Promise<Proposal<Landed>> {
  const { view } = ground.authority;
  const options = choosePolicies(view, asked);
  const found = await findLanding(workspace, options);
  if (isNothing(found)) return { kind: 'nothing', result: resultOf(found, options.dryRun, NOTHING) };
  return {
    kind: 'ask',
    ask: landAsk(workspace, view, { found, options }),
    also: [readAsk(view, options.thread)],
    op: found.merged.kind === 'conflict' ? 'land-conflict' : 'land',
    plan: (drafts) => plan(workspace, { ground, drafts, found, options }),
  };
}

interface Planning {
  readonly ground: Pick<Ground, 'authority' | 'caller' | 'now'>;
  readonly found: Found;
  readonly options: Chosen;
}

async function plan(
  workspace: Workspace,
  { ground, drafts, found, options }: Planning & { readonly drafts: Drafts },
): Promise<Plan<Landed>> {
  const { target, merged } = found;
  if (merged.kind === 'conflict') return stop(workspace, { ground, drafts, found, options }, merged);
  const [before] = await problemsBefore(workspace, ground.authority.view, found);
  if (before !== undefined) throw before;
  const commits = await draftCommits(workspace, { ground, drafts, found, options });
  const to = commits.at(-1)?.commit ?? null;
  const following = await follow(workspace, found, to);
  const [problem] = following.problems;
  if (problem !== undefined) throw problem;
  return {
    states: [target.head.id],
    refs: [{ name: target.ref, old: target.commit, new: to }],
    effects: following.effects,
    inverse: { refs: [{ name: target.ref, old: to, new: target.commit }], effects: [] },
    paths: found.merged.touched.map(({ path }) => escapePath(path)),
    result: resultOf(found, false, { ...NOTHING, to, commits, following }),
  };
}

/** Conflicts come into this worktree, where it is the thread's: the landing waits there. */
async function stop(
  workspace: Workspace,
  { ground, drafts, found, options }: Planning & { readonly drafts: Drafts },
  merged: Extract<Merged, { readonly kind: 'conflict' }>,
): Promise<Plan<Landed>> {
  const { target } = found;
  const [before] = await threadProblems(workspace, ground.authority.view, found);
  if (before !== undefined) throw before;
  const stopping = { target, merged, options, at: ground.now };
  const answer = resultOf(found, false, { ...NOTHING, pending: workspace.places.worktree });
  return {
    states: [],
    ...(await planConflict(workspace, drafts.batch, stopping)),
    paths: merged.touched.map(({ path }) => escapePath(path)),
    // An id lets somebody test a guess of the content, and a purge does not find it here.
    result: { ...answer, conflicts: answer.conflicts.map((conflict) => ({ ...conflict, stages: [] })) },
    answer,
  };
}

async function problemsBefore(
  workspace: Workspace,
  view: AuthorityView,
  found: Found,
): Promise<readonly HeddleError[]> {
  return [
    ...(await threadProblems(workspace, view, found)),
    ...(await contentProblems(workspace, view, found)),
  ];
}

type DraftedCommit = LandResult['commits'][number];

async function draftCommits(
  workspace: Workspace,
  { ground, drafts, found, options }: Planning & { readonly drafts: Drafts },
): Promise<readonly DraftedCommit[]> {
  const steps = await landingMessages(workspace, found, options);
  const committer = { principal: ground.caller.actor.principal, at: ground.now };
  let parent: ObjectId | null = found.target.commit;
  const commits: DraftedCommit[] = [];
  for (const { state, told, tree, message } of steps) {
    const { actor, capturedAt } = told.state;
    const author: { readonly principal: string; readonly at: Instant } = {
      principal: actor.principal,
      at: capturedAt,
    };
    const parents: readonly ObjectId[] = parent === null ? [] : [parent];
    const content = encodeLandedCommit({ tree, parents, author, committer, message });
    parent = drafts.batch.add('commit', content);
    commits.push({ commit: parent, state: state.id, message });
  }
  return commits;
}

async function follow(
  workspace: Workspace,
  { target, merged }: Found,
  to: ObjectId | null,
): Promise<Following> {
  if (merged.kind === 'conflict') return NOTHING.following;
  const same = merged.tree === target.files;
  return planFollowing(workspace, target.places, {
    move: {
      branch: target.branch,
      from: target.commit,
      to,
      own: { thread: target.thread, state: target.head.id },
      ownFiles: same ? 'same' : 'leave',
    },
    treeTo: merged.tree,
  });
}

/** The same without doing it: what would be made, and all that is in the way. */
async function rehearse(workspace: Workspace, asked: BranchOptions): Promise<Mutated<Landed>> {
  const { view } = await loadAuthority(workspace);
  const options = choosePolicies(view, asked);
  const found = await findLanding(workspace, options);
  const done = { operation: null, outcomes: [] } as const;
  if (isNothing(found)) return { ...done, result: resultOf(found, options.dryRun, NOTHING), notes: [] };
  const following = await follow(workspace, found, null);
  const problems = [...(await problemsBefore(workspace, view, found)), ...following.problems];
  const steps = found.merged.kind === 'conflict' ? [] : await landingMessages(workspace, found, options);
  const commits = steps.map(({ state, message }) => ({ commit: null, state: state.id, message }));
  const asks = [landAsk(workspace, view, { found, options }), readAsk(view, options.thread)];
  const notes: string[] = [];
  for (const ask of asks) notes.push(...(await tellRefusal(workspace, ask)));
  const told = problems.map(tellProblem);
  return {
    ...done,
    notes,
    result: resultOf(found, true, { ...NOTHING, commits, following, problems: told }),
  };
}
