import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HiddenEntries } from '#usecases/content/hidden-entries.ts';
import { findOpenStates, type OpenStates } from '#usecases/landing/landed-states.ts';
import type { LandingTarget } from '#usecases/landing/landing-target.ts';
import { mergeStates } from '#usecases/landing/merge-states.ts';
import { baseFiles, carrierTrees, manifestTrees } from '#usecases/states/carrier-trees.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { findState } from '#usecases/states/find-states.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import type { LandLine } from './land-lines.ts';

/**
 * What is wrong with the content that a landing brought, where a policy asks that people approve it: they approved a
 * state, and so it is merged once more. What is gone, or hidden since, cannot be told; then nothing is wrong.
 */
export async function contentProblem(
  workspace: Workspace,
  view: AuthorityView,
  landing: LandLine,
): Promise<string | undefined> {
  if (view.policies.every(({ rules }) => rules.approvals === null)) return undefined;
  try {
    const past = await branchThen(workspace, landing);
    if (past === undefined) return undefined;
    const { target, landed } = past;
    const open = await findOpenStates(workspace, target);
    if (await isHidden(workspace, view, open)) return undefined;
    const squash = jsonField(jsonField(landing.texts.args, 'verb'), 'squash') !== false;
    const merged = await mergeStates(workspace, target, { ...open, squash });
    return merged.kind === 'merged' && merged.tree === landed
      ? undefined
      : 'it brought something else than thread and branch come to';
  } catch (error) {
    // Nothing else merges, and whoever verifies without git is told the rest.
    if (error instanceof HeddleError && error.code === 'GIT_MISSING') return undefined;
    throw error;
  }
}

/** The branch as it was before, and the files that it came to. */
async function branchThen(
  workspace: Workspace,
  { line, texts }: LandLine,
): Promise<{ readonly target: LandingTarget; readonly landed: string | null } | undefined> {
  const move = texts.refs.find(({ name }) => name.startsWith(BRANCH_REFS));
  const [state] = line.states;
  const thread = jsonField(texts.result, 'thread');
  if (move === undefined || state === undefined || typeof thread !== 'string') return undefined;
  for (const commit of [move.old, move.new]) {
    // Of a branch that was rewritten since.
    if (commit !== null && (await findCommit(workspace, commit)) === undefined) return undefined;
  }
  const head = await findState(workspace, state);
  if (head === undefined) return undefined;
  const { files } = await carrierTrees(workspace, head.carrier);
  const branch = move.name.slice(BRANCH_REFS.length);
  const tree = await baseFiles(workspace, move.old);
  const landed = await baseFiles(workspace, move.new);
  return {
    target: { thread, head, files, branch, ref: move.name, commit: move.old, tree, places: [] },
    landed,
  };
}

/** Where a replacement stands for a content, merging comes to something else than it did. */
async function isHidden(workspace: Workspace, view: AuthorityView, { states }: OpenStates): Promise<boolean> {
  const [oldest] = states;
  const before = oldest === undefined ? [] : parentCarriers(oldest).slice(0, 1);
  const manifests = await manifestTrees(workspace, [...states.map(({ carrier }) => carrier), ...before]);
  const tombstones = await loadTombstones(workspace, view);
  return (await new HiddenEntries(workspace, tombstones).find(manifests)).some(({ length }) => length > 0);
}
