import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { MergeConflict, MergeQuestion } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { OpenStates } from './landed-states.ts';
import type { LandingTarget } from './landing-target.ts';

/** One commit that is to be made. */
export interface MergedStep {
  /** The newest state in it. */
  readonly state: CarriedState;
  /** The one whose work it is: states that change nothing are in it, and say nothing. */
  readonly told: CarriedState;
  readonly tree: ObjectId;
}

export type Merged =
  | {
      readonly kind: 'merged';
      readonly steps: readonly MergedStep[];
      /** States that change nothing, and so have no commit of their own: renames, and what the branch has already. */
      readonly omitted: readonly CarriedState[];
      readonly tree: ObjectId | null;
      /** Everything touched, on the way too: what one commit brings and another takes away was in the branch. */
      readonly touched: readonly TreeChange[];
      /** What differs in the end. */
      readonly changed: readonly TreeChange[];
    }
  | {
      readonly kind: 'conflict';
      readonly state: CarriedState;
      /** What git would leave in the files, markers included. */
      readonly tree: ObjectId;
      readonly conflicts: readonly MergeConflict[];
      /** What in the branch would come to differ. */
      readonly touched: readonly TreeChange[];
    };

/**
 * Merges what is open into the branch: all at once, or state by state. What came before a resolution was in conflict,
 * and is in one commit with it. A state that changes nothing is in the commit behind it, the newest in the last one.
 */
export async function mergeStates(
  workspace: Workspace,
  target: LandingTarget,
  { states, question, resolved, squash }: OpenStates & { readonly squash: boolean },
): Promise<Merged> {
  const steps: MergedStep[] = [];
  const omitted: CarriedState[] = [];
  const touched = new Map<string, TreeChange>();
  let asked: MergeQuestion = question;
  let tree = target.tree;
  for (const state of squash ? states.slice(-1) : states.slice(Math.max(resolved, 0))) {
    const { files } = await carrierTrees(workspace, state.carrier);
    const answer = await merge(workspace, asked, files);
    if (answer.kind === 'conflict') {
      return { ...answer, state, touched: await workspace.comparer.compare(target.tree, answer.tree) };
    }
    const changes = await workspace.comparer.compare(tree, answer.tree);
    for (const change of changes) touched.set(change.path.join(), change);
    tree = answer.tree;
    if (changes.length > 0) steps.push({ state, told: state, tree });
    else omitted.push(state);
    asked = { kind: 'trees', names: question.names, ours: tree, from: files };
  }
  const last = steps.pop();
  if (last !== undefined) steps.push({ ...last, state: target.head });
  const changed = await workspace.comparer.compare(target.tree, tree);
  return { kind: 'merged', steps, omitted, tree, touched: [...touched.values()], changed };
}

async function merge(workspace: Workspace, question: MergeQuestion, files: ObjectId) {
  // Nothing on the other side: what Git would answer, without asking.
  if (question.kind === 'trees' && question.ours === question.from) {
    return { kind: 'merged', tree: files } as const;
  }
  return (await workspace.landing()).merge(question, files);
}
