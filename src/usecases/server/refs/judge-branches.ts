import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { BranchRule } from '#domain/policy/policy.ts';
import type { OperationKind, RefChange } from '#domain/operation/operation.ts';
import { BRANCH_REFS, NOTES_REFS } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { branchWay } from '#usecases/server/lines/ways.ts';
import { MOST_COMMITS } from '#usecases/server/pushed-states.ts';
import type { MoveGround } from './judge-pushed-threads.ts';
import type { PushedRefs } from './pushed-refs.ts';

/** Lines by which a branch moves where only landings move it. */
export const LANDINGS: ReadonlySet<OperationKind> = new Set(['land', 'undo', 'redo']);
const EXPORTS: ReadonlySet<OperationKind> = new Set(['attribution-export', 'undo', 'redo']);

/**
 * Holds moves of Git's own refs to the policy of each. Where nothing is said only landings move a branch: whoever pushes
 * tells git a name that heddle cannot see, so a move that nobody signed is nobody's.
 */
export async function judgeBranches(ground: MoveGround, refs: PushedRefs): Promise<void> {
  for (const ref of refs.branches) await judgeBranch(ground, ref);
  for (const ref of [...refs.tags, ...refs.others]) await judgeOther(ground, ref);
}

async function judgeBranch(ground: MoveGround, ref: RefChange): Promise<void> {
  const { coverage, refusals } = ground;
  const branch = ref.name.slice(BRANCH_REFS.length);
  if (ruleOf(ground, `heads/${branch}`) === 'open') return;
  await refusals.guard('LINE_REFUSED', ref.name, async () => {
    const uncovered = await coverage.path(ref, { kinds: LANDINGS, judge: branchWay(ground.candidate) });
    if (uncovered === undefined) return;
    if (uncovered.code === 'LINE_REFUSED') refusals.refuseMove(ref.name, uncovered);
    else
      refusals.refuse('BRANCH_NOT_LANDED', ref.name, `${branch} moves by landings alone, and this is none`);
  });
}

/** A new tag may name what the branches have; everything else of Git's own needs a line, or an open repository. */
async function judgeOther(ground: MoveGround, ref: RefChange): Promise<void> {
  const { coverage, refusals, candidate, incoming } = ground;
  if (ruleOf(ground, null) === 'open') return;
  await refusals.guard('REF_REFUSED', ref.name, async () => {
    if (ref.name.startsWith('refs/tags/') && ref.old === null && ref.new !== null) {
      const branches = [...(await candidate.refs.list(BRANCH_REFS)).values()];
      if ((await incoming.commits([ref.new], branches, MOST_COMMITS)).length === 0) return;
    }
    const isNote = ref.name.startsWith(NOTES_REFS);
    const uncovered = isNote
      ? await coverage.path(ref, { kinds: EXPORTS, judge: branchWay(candidate) })
      : WITHOUT_LINE;
    if (uncovered !== undefined) refusals.refuse('REF_REFUSED', ref.name, uncovered.why);
  });
}

const WITHOUT_LINE = {
  why: 'only branches of this server, and new tags of what they have, are moved by a push',
};

/** What is asked of a branch; of the whole repository where none is named. Where nothing is said: landings alone. */
function ruleOf({ view }: MoveGround, scope: string | null): BranchRule {
  const { repository } = view;
  const at = scope === null ? repository : threadResource(repository, scope);
  return effectivePolicy(view, at).branches ?? 'landed';
}
