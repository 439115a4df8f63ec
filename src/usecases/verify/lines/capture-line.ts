import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isOwnState, replacedBy } from '#usecases/capture/amend/replaced-state.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';
import type { Reverting } from './takes-back.ts';

/**
 * What is wrong with a line that captures. Whether the state was allowed is the state's own verification; the line only
 * has to be its maker's. One that replaces a state keeps it, and it was the same maker's.
 *
 * @param others what it moves beside the authority chain.
 */
export async function captureLineProblem(
  workspace: Workspace,
  view: AuthorityView,
  {
    operation: { line, texts },
    others,
  }: { readonly operation: AllowedLine; readonly others: readonly RefChange[] },
): Promise<string | undefined> {
  const [move, kept] = others;
  if (move === undefined || !movesOnce(others, replacedBy(texts) !== undefined) || line.states.length !== 1) {
    return 'a capture moves one thread to one new state';
  }
  // What was taken back since may be gone from the repository.
  const made = await carriedState(workspace, move.new);
  if (made === undefined) return undefined;
  const { thread, holder, chain } = made.state;
  const same = made.id === line.states[0] && holder === line.holder && chain === line.chain;
  if (!same || threadRef(thread) !== move.name) return 'its state is not what it captured';
  return kept === undefined ? undefined : replacedProblem(workspace, view, { made, kept });
}

/** To something new; of what is replaced, from the thread's ref to the one that keeps it. */
function movesOnce([move, kept, ...more]: readonly RefChange[], replaces: boolean): boolean {
  if (move === undefined || move.new === null || more.length > 0) return false;
  if (kept === undefined) return !replaces;
  return replaces && kept.new !== null && kept.new === move.old;
}

async function replacedProblem(
  workspace: Workspace,
  view: AuthorityView,
  { made, kept }: { readonly made: CarriedState; readonly kept: RefChange },
): Promise<string | undefined> {
  const before = await carriedState(workspace, kept.new);
  if (before === undefined) return undefined;
  if (kept.name !== droppedRef(before.id)) return 'it keeps another state than it names';
  const { actor, thread, parents } = made.state;
  const { chain } = attestState(workspace, made, view);
  const inPlace = before.state.thread === thread && before.state.parents.join() === parents.join();
  return inPlace && isOwnState(workspace, before, { view, actor, chain })
    ? undefined
    : 'it replaces what it may not replace';
}

/** Tells whether a line takes a capture back that replaced a state: the thread stands at that one again. */
export async function bringsReplacedBack(
  workspace: Workspace,
  { line, refs, target, inverse }: Reverting,
): Promise<boolean> {
  const [move, kept] = refs;
  const [state, ...more] = line.states;
  if (move === undefined || kept === undefined || state === undefined || more.length > 0) return false;
  const alike = refs.map(({ name }) => name).join(' ') === inverse.map(({ name }) => name).join(' ');
  if (!alike || kept.name !== droppedRef(state) || !returns(kept, move)) return false;
  const [made, back] = [await carriedState(workspace, move.old), await carriedState(workspace, move.new)];
  const isMade = made === undefined || target.line.states.includes(made.id);
  return isMade && (back === undefined || back.id === state);
}

function returns(kept: RefChange, move: RefChange): boolean {
  return kept.new === null && kept.old !== null && kept.old === move.new;
}
