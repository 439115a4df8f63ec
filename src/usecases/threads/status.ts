import { divergedThreads } from './diverged-threads.ts';
import { shortId } from '#domain/id.ts';
import { heldAt } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { REQUESTS_REF } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { RoleAt } from '#domain/results/grant-results.ts';
import type { StatusResult } from '#domain/results/work-results.ts';
import type { WorktreePosition } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { withLeft } from '#usecases/budgets/budgets-left.ts';
import { identifyCaller, type Caller } from '#usecases/caller/identify.ts';
import { credentialSummary } from '#usecases/caller/whoami.ts';
import { changesOfWorktree } from '#usecases/capture/scan-worktree.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import { findClaim } from './list-threads.ts';
import { hookAttention, hooksHere } from '#usecases/hooks/hooks-here.ts';
import { holds, isOver, summariseClaim } from './claim/claim-standing.ts';
import { credentialAttention } from './credential-attention.ts';
import { missingToLand } from './missing-to-land.ts';

/**
 * Where this worktree and the caller stand, and what to do next. Changes nothing.
 *
 * @param harness the one that was wired here; null for none.
 */
export async function status(
  workspace: Workspace,
  harness: StatusResult['harness'] = null,
): Promise<StatusResult> {
  const { view } = await knowAuthority(workspace);
  const caller = await identifyCaller(workspace, view);
  const summary = credentialSummary(caller);
  const credential = summary === null ? null : await withLeft(summary, workspace, view);
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const attention: StatusResult['attention'][number][] = [
    ...freezeAttention(view),
    ...(await credentialAttention(workspace, { view, caller, resource: resourceHere(view, position) })),
  ];
  const changed = position === undefined ? null : await changesHere(workspace, attention);
  const landing = await landingHere(workspace);
  attention.push(...workAttention({ view, position, landing, credential }, changed));
  const { claim, attention: claimed } = await claimHere(workspace, position?.thread, caller);
  attention.push(...claimed);
  attention.push(
    ...(await divergedHere(workspace, position)),
    ...(await missingReviews(workspace, view, position)),
  );
  const hooks = await hooksHere(workspace, view);
  attention.push(...hookAttention(hooks));
  const requests = await waitingRequests(workspace, view, caller);
  if (requests > 0) {
    const message = requests === 1 ? '1 request waits for you' : `${requests} requests wait for you`;
    attention.push({ message, command: ['heddle', 'request', 'list'] });
  }
  return {
    repository: view.repository,
    worktree: workspace.places.worktree,
    thread: position?.thread ?? null,
    state: position?.state ?? null,
    claim,
    changed,
    landing,
    credential,
    role: roleHere(workspace, { view, caller, position }),
    agentDetected: workspace.said.agentDetected,
    attention,
    requests,
    hooks,
    harness,
  };
}

function workAttention(
  {
    view: { frozen },
    position,
    landing,
    credential,
  }: {
    readonly credential: StatusResult['credential'];
    readonly view: AuthorityView;
    readonly position: WorktreePosition | undefined;
    readonly landing: StatusResult['landing'];
  },
  changed: StatusResult['changed'],
): StatusResult['attention'] {
  if (position === undefined) {
    return [{ message: 'no thread was started in this worktree', command: ['heddle', 'start', 'THREAD'] }];
  }
  if (landing !== null) return landingAttention(landing);
  if (changed === null || changed.length === 0 || frozen !== null) return [];
  const spent = credential?.budgets.find(({ left }) => left === 0);
  if (spent !== undefined) {
    const message = `there are changes to save, and nothing is left of the budget for ${spent.budget}: another credential is needed`;
    return [{ message, command: null }];
  }
  return [{ message: 'there are changes to save', command: ['heddle', 'capture', '-m', 'INTENT'] }];
}

/** Work on this thread that a pull brought and that goes another way. */
async function divergedHere(
  workspace: Workspace,
  position: WorktreePosition | undefined,
): Promise<StatusResult['attention']> {
  if (position === undefined) return [];
  const { thread } = position;
  const others = (await divergedThreads(workspace)).get(thread) ?? [];
  return others.map((state) => ({
    message: `${thread} went another way in another clone, to ${shortId(state)}: both are kept`,
    command: ['heddle', 'start', `${thread}-theirs`, '--from', state, '--worktree'],
  }));
}

async function missingReviews(
  workspace: Workspace,
  view: AuthorityView,
  position: WorktreePosition | undefined,
): Promise<StatusResult['attention']> {
  if (position === undefined || position.state === null) return [];
  const { thread } = position;
  const missing = await missingToLand(workspace, view, thread);
  return missing.map((message) => ({ message, command: ['heddle', 'review', thread] }));
}

/** One look for a file in most worktrees. */
async function landingHere(workspace: Workspace): Promise<StatusResult['landing']> {
  const { gitDir, worktree: directory } = workspace.places;
  const waiting = await workspace.records.readLanding(gitDir);
  if (waiting === undefined) return null;
  const { unmerged } = await (await workspace.landing()).readIndex({ directory, gitDir });
  const { thread, branch } = waiting.pending;
  return { thread, branch, unmerged: unmerged.map(escapePath).toSorted() };
}

function landingAttention({
  thread,
  branch,
  unmerged,
}: NonNullable<StatusResult['landing']>): StatusResult['attention'] {
  const left =
    unmerged.length === 0
      ? 'all paths are added'
      : `${unmerged.length === 1 ? '1 conflict is' : `${unmerged.length} conflicts are`} left, resolve and \`git add\``;
  return [
    { message: `${thread} is landing on ${branch}: ${left}`, command: ['heddle', 'continue'] },
    { message: 'or take the landing back', command: ['heddle', 'abort'] },
  ];
}

/** Loaded late: most repositories have no requests. */
async function waitingRequests(workspace: Workspace, view: AuthorityView, caller: Caller): Promise<number> {
  if (caller.chain === null || (await workspace.refs.read(REQUESTS_REF)) === undefined) return 0;
  const [{ judgeAll, loadRequests }, { answerableBy }] = await Promise.all([
    import('#usecases/requests/open-requests.ts'),
    import('#usecases/requests/list-requests.ts'),
  ]);
  const loaded = await loadRequests(workspace, { view, now: workspace.clock.now() });
  return answerableBy(judgeAll(loaded), caller).length;
}

async function changesHere(
  workspace: Workspace,
  attention: StatusResult['attention'][number][],
): Promise<StatusResult['changed']> {
  try {
    return describeChanges((await changesOfWorktree(workspace)).changes);
  } catch (error) {
    // A thread that moved on, or a file that cannot be read, is what status is there to say.
    if (!(error instanceof HeddleError)) throw error;
    attention.push({ message: `what changed cannot be told: ${error.message}`, command: null });
    return null;
  }
}

/** Who holds the thread, and what to do where that is somebody else. */
async function claimHere(
  workspace: Workspace,
  thread: string | undefined,
  { chain }: Caller,
): Promise<Pick<StatusResult, 'claim' | 'attention'>> {
  const claim = thread === undefined ? undefined : await findClaim(workspace, thread);
  if (claim === undefined) return { claim: null, attention: [] };
  const shown = await summariseClaim(workspace, claim);
  if ((await holds(workspace, claim, chain)) || (await isOver(workspace, claim)))
    return { claim: shown, attention: [] };
  const message = `${claim.thread} is claimed by ${claim.agent ?? claim.principal}: nobody else can capture`;
  const command = ['heddle', 'thread', 'claim', claim.thread, '--wait'];
  return { claim: shown, attention: [{ message, command }] };
}

function freezeAttention({ frozen }: AuthorityView): StatusResult['attention'] {
  if (frozen === null) return [];
  const how = frozen.breakGlass ? ' as break-glass' : '';
  const message = `${frozen.by} froze the repository${how} at ${frozen.since}: until an owner lifts that, nothing is changed`;
  return [{ message, command: ['heddle', 'unfreeze'] }];
}

function roleHere(
  workspace: Workspace,
  options: {
    readonly view: AuthorityView;
    readonly caller: Caller;
    readonly position: WorktreePosition | undefined;
  },
): RoleAt | null {
  const { view, caller, position } = options;
  const held = heldAt(view, caller.actor.principal, resourceHere(view, position), workspace.clock.now());
  return held === null ? null : { role: held.role, at: held.at };
}

function resourceHere({ repository }: AuthorityView, position: WorktreePosition | undefined): string {
  return position === undefined ? repository : threadResource(repository, position.thread);
}
