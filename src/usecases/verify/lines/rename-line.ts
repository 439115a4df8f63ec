import type {
  LoggedOperation,
  OperationLine,
  OperationTexts,
  RefChange,
} from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isThreadName } from '#domain/resource/thread-name.ts';
import type { Renaming } from '#usecases/threads/rename/rename-asks.ts';
import { renamedThreads } from '#usecases/threads/rename/undo-rename.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';
import { starterOf } from './starter.ts';
import type { Reverting } from './takes-back.ts';

/**
 * Reads a line that renames a thread, or tells what is wrong with it: one thread's ref goes, the other's begins with a
 * state that follows the newest one and changes nothing.
 */
export async function readRename(
  workspace: Workspace,
  {
    operation: { line, texts },
    refs,
    before,
  }: {
    readonly operation: AllowedLine;
    /** What it moves beside the authority chain. */
    readonly refs: readonly RefChange[];
    readonly before: readonly LoggedOperation[];
  },
): Promise<Renaming | string> {
  const names = renamedThreads(texts);
  if (names === undefined || !isThreadName(names.to)) return 'it names no thread';
  if (!texts.effects.every((effect) => isOfThreads(effect, names))) return 'it changes more than its thread';
  const renaming = { ...names, startedBy: starterOf(before, names.from, line.lamport) };
  if (line.states.length === 0 && refs.length === 0) return { ...renaming, head: null };
  const moves = movesOver(refs, names);
  if (moves === undefined || line.states.length !== 1) return 'it moves more than its thread';
  const head = await carriedState(workspace, moves.gone);
  const after = await carriedState(workspace, moves.made);
  const why =
    after === undefined || head === undefined ? undefined : stateProblem({ line, names }, after, head);
  return why ?? { ...renaming, head: head ?? null };
}

/** Manifest ids are exact: the same one says that nothing was changed. What is gone since cannot be asked. */
function stateProblem(
  { line, names: { from, to } }: { readonly line: OperationLine; readonly names: Names },
  { id, state }: CarriedState,
  head: CarriedState,
): string | undefined {
  const isIts = id === line.states[0] && state.holder === line.holder && state.chain === line.chain;
  if (!isIts) return 'its state is not what it made';
  const threads = state.thread === to && head.state.thread === from;
  const follows = threads && state.parents.join() === head.id && state.tree === head.state.tree;
  return follows ? undefined : 'its state changes something';
}

interface Names {
  readonly from: string;
  readonly to: string;
}

function isOfThreads(effect: OperationTexts['effects'][number], { from, to }: Names): boolean {
  if (effect.kind === 'worktree') return effect.thread === to;
  if (effect.kind !== 'thread') return false;
  return effect.thread === from
    ? effect.record === null
    : effect.thread === to && effect.record?.thread === to;
}

/** The carrier that the new ref begins with, and that which the old one was at; undefined where anything else moves. */
function movesOver(
  [made, gone, ...more]: readonly RefChange[],
  { from, to }: Names,
): { readonly made: string; readonly gone: string } | undefined {
  if (more.length > 0 || made?.name !== threadRef(to) || gone?.name !== threadRef(from)) return undefined;
  if (made.old !== null || made.new === null || gone.old === null || gone.new !== null) return undefined;
  return { made: made.new, gone: gone.old };
}

/** Tells whether a line gives a thread its old name back: the same refs, the other way. Carriers may have been rebuilt. */
export async function bringsNameBack(
  workspace: Workspace,
  { line, refs, target, inverse }: Reverting,
): Promise<boolean> {
  if (refs.map(({ name }) => name).join(' ') !== inverse.map(({ name }) => name).join(' ')) return false;
  const [made, before] = refs;
  if (made === undefined || before === undefined) return refs.length === 0 && line.states.length === 0;
  if (made.new !== null || before.old !== null || before.new === null || line.states.length !== 1)
    return false;
  const [was, is] = [await carriedState(workspace, made.old), await carriedState(workspace, before.new)];
  const isMade = was === undefined || target.line.states.includes(was.id);
  return isMade && (is === undefined || is.id === line.states[0]);
}
