import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { shortId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HiddenEntries } from '#usecases/content/hidden-entries.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { manifestTrees } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import type { LandingTarget } from './landing-target.ts';
import type { Merged } from './merge-states.ts';

const NOTHING_CHANGED = 'nothing was changed';
const MOST_NAMED = 20;

/** What of the thread itself is in the way: work that was not captured, and states that prove nothing. */
export async function threadProblems(
  workspace: Workspace,
  view: AuthorityView,
  { target, states }: { readonly target: LandingTarget; readonly states: readonly CarriedState[] },
): Promise<readonly HeddleError[]> {
  const problems: HeddleError[] = [];
  const landing = await workspace.landing();
  for (const place of await workspace.worktrees.list()) {
    const position = await workspace.records.readPosition(place.gitDir);
    if (position?.thread !== target.thread) continue;
    if (position.state !== target.head.id) problems.push(behind(target, place.directory));
    else {
      const paths = await landing.differing(place, target.files);
      if (paths.length > 0) problems.push(uncaptured(target, place.directory, paths));
    }
  }
  for (const state of states) {
    const { attestation, why } = attestState(workspace, state, view);
    if (attestation === 'invalid') problems.push(unproven(state, why ?? ''));
  }
  return problems;
}

/** What of the content is in the way: conflicts, and what was removed. */
export async function contentProblems(
  workspace: Workspace,
  view: AuthorityView,
  { target, merged }: { readonly target: LandingTarget; readonly merged: Merged },
): Promise<readonly HeddleError[]> {
  if (merged.kind === 'conflict') return [conflict(target, merged)];
  const touched = new Set(merged.touched.map(({ path }) => path.join()));
  const manifests = await manifestTrees(
    workspace,
    merged.steps.map(({ state }) => state.carrier),
  );
  const tombstones = await loadTombstones(workspace, view);
  const hidden = (await new HiddenEntries(workspace, tombstones).find(manifests)).flat();
  const standing = hidden.filter(({ path }) => touched.has(path.join()));
  return [...(standing.length > 0 ? [redacted(standing)] : []), ...(await shunned(workspace, merged))];
}

async function shunned(
  workspace: Workspace,
  { touched }: Extract<Merged, { readonly kind: 'merged' }>,
): Promise<readonly HeddleError[]> {
  try {
    await refuseShunned(workspace, touched);
    return [];
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'CONTENT_SHUNNED') return [error];
    throw error;
  }
}

function behind({ thread, head }: LandingTarget, worktree: string): HeddleError {
  return new HeddleError(
    'THREAD_DIVERGED',
    `${thread} is at ${shortId(head.id)}, and a worktree of it is not`,
    {
      facts: { thread, head: head.id, worktree },
      preserved: NOTHING_CHANGED,
    },
  );
}

function uncaptured({ thread }: LandingTarget, worktree: string, paths: readonly Uint8Array[]): HeddleError {
  return new HeddleError('WORKTREE_DIRTY', `a worktree of ${thread} has changes that were not captured`, {
    facts: { thread, worktree, paths: named(paths) },
    preserved: NOTHING_CHANGED,
  });
}

function unproven({ id }: CarriedState, why: string): HeddleError {
  return new HeddleError('LAND_REFUSED', `the state ${shortId(id)} proves nothing: ${why}`, {
    facts: { state: id, why },
    preserved: NOTHING_CHANGED,
  });
}

function conflict(
  { thread, branch }: LandingTarget,
  { state, paths }: Extract<Merged, { readonly kind: 'conflict' }>,
): HeddleError {
  return new HeddleError('LAND_CONFLICT', `${thread} and ${branch} changed the same lines`, {
    facts: { thread, branch, state: state.id, paths: named(paths) },
    preserved: NOTHING_CHANGED,
  });
}

function redacted(hidden: Awaited<ReturnType<HiddenEntries['find']>>[number]): HeddleError {
  const tombstones = [...new Set(hidden.map(({ tombstone }) => tombstone.id))];
  return new HeddleError('LAND_REFUSED', 'what would be landed holds removed content', {
    facts: {
      paths: named(hidden.map(({ path }) => path)),
      tombstones,
      why: 'only a replacement stands there: capture the thread without it',
    },
    preserved: NOTHING_CHANGED,
  });
}

function named(paths: readonly Uint8Array[]): readonly string[] {
  return [...new Set(paths.map(escapePath))].slice(0, MOST_NAMED);
}
