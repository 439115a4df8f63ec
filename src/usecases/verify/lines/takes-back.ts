import type { LoggedOperation, OperationLine, RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';

/** A line that undoes another. */
export interface Reverting {
  readonly line: OperationLine;
  /** What it moves beside the authority chain. */
  readonly refs: readonly RefChange[];
  readonly target: LoggedOperation;
  /** How the target said that it is taken back. */
  readonly inverse: readonly RefChange[];
}

/**
 * Tells whether a line takes another back: it moves what that one said. Where carriers may have been rebuilt since,
 * the same refs move, from the state that was made to the one before it. Carriers that are gone cannot be asked; that
 * a thread ends at the state that its lines say, the log's verification finds.
 */
export async function takesBack(
  workspace: Workspace,
  reverting: Reverting,
  { rebuilt }: { readonly rebuilt: boolean },
): Promise<boolean> {
  const { refs, inverse } = reverting;
  if (!rebuilt) return JSON.stringify(refs) === JSON.stringify(inverse);
  if (!refs.every((move, index) => sameKind(move, inverse[index])) || refs.length !== inverse.length) {
    return false;
  }
  for (const move of refs) if (!(await goesBack(workspace, move, reverting))) return false;
  return true;
}

/** The same ref, made, moved or removed alike. */
function sameKind(move: RefChange, inverse: RefChange | undefined): boolean {
  return (
    inverse !== undefined &&
    move.name === inverse.name &&
    (move.old === null) === (inverse.old === null) &&
    (move.new === null) === (inverse.new === null)
  );
}

async function goesBack(
  workspace: Workspace,
  move: RefChange,
  { line, target }: Reverting,
): Promise<boolean> {
  const [before, ...more] = line.states;
  if (more.length > 0 || (move.new === null) !== (before === undefined)) return false;
  const made = await carriedState(workspace, move.old);
  const back = await carriedState(workspace, move.new);
  if (back !== undefined && back.id !== before) return false;
  if (made === undefined) return true;
  return (
    target.line.states.includes(made.id) && (before === undefined || made.state.parents.includes(before))
  );
}
