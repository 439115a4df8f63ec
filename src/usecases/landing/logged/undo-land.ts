import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { planFollowing } from '#usecases/landing/branch-worktrees.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { landingUndoAsk } from './verify-landing.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';

/** Takes back a landing: the branch goes back to where it was, if nobody moved it since; its worktrees follow. */
export async function undoLand(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const landed = target.texts.refs.find(({ name }) => name.startsWith(BRANCH_REFS));
  const { view } = ground.authority;
  const ask = await landingUndoAsk(workspace, view, target);
  const [state] = target.line.states;
  const thread = jsonField(target.texts.result, 'thread');
  const old = landed?.new ?? null;
  if (landed === undefined || ask === undefined || old === null) {
    throw refused(target, 'it holds nothing to go back to');
  }
  // What the line itself moved, and not what it says of the way back.
  const move: RefChange = { name: landed.name, old, new: landed.old };
  const branch = move.name.slice(BRANCH_REFS.length);
  const current = (await workspace.refs.readBranch(move.name)) ?? null;
  return {
    ask,
    plan: async () => {
      if (current !== old) throw refused(target, `${branch} has moved on since`);
      const treeTo = await treeBefore(workspace, move.new);
      await refuseShunned(
        workspace,
        await workspace.comparer.compare(await baseFiles(workspace, old), treeTo),
      );
      const landing = await workspace.landing();
      const own = typeof thread === 'string' && state !== undefined ? { thread, state } : null;
      const { effects, problems } = await planFollowing(workspace, await landing.placesOf(move.name), {
        move: { branch, from: old, to: move.new, own, ownFiles: 'stay' },
        treeTo,
      });
      const [problem] = problems;
      if (problem !== undefined) throw problem;
      return { states: [], refs: [move], effects, inverse: null };
    },
  };
}

async function treeBefore(workspace: Workspace, commit: string | null): Promise<string | null> {
  try {
    return await baseFiles(workspace, commit);
  } catch (cause) {
    throw new HeddleError('UNDO_REFUSED', 'the commit that the branch was at is gone', {
      facts: { commit },
      preserved: 'nothing was changed',
      cause,
    });
  }
}
