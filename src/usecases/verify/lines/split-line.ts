import type { AuthorityView } from '#domain/authority/authority.ts';
import type { OperationLine, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { splitAsks } from '#usecases/threads/split/split-asks.ts';
import { splitThreads } from '#usecases/threads/split/undo-split.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';
import type { Reverting } from './takes-back.ts';

type Names = NonNullable<ReturnType<typeof splitThreads>>;

/**
 * Asks of a line that splits a thread what its author was asked beside its states, or tells what is wrong with it: one
 * thread begins, and the other goes on, each with a state of the author's that names the same two others.
 *
 * @param others what it moves beside the authority chain.
 */
export async function splitLineAsks(
  workspace: Workspace,
  view: AuthorityView,
  { operation, others }: { readonly operation: AllowedLine; readonly others: readonly RefChange[] },
): Promise<readonly Ask[] | string> {
  const { line, texts } = operation;
  const names = splitThreads(texts);
  const moves = names === undefined ? undefined : movesOf(others, names);
  if (names === undefined || moves === undefined) return 'it begins no thread with a part of another';
  if (!texts.effects.every((effect) => belongs(effect, names, moves.snapshot))) {
    return 'it changes more than two threads';
  }
  const made = await carriedState(workspace, moves.into.new);
  const left = await carriedState(workspace, moves.from?.new ?? null);
  if (![made, left].every((state) => state === undefined || isItsOwn(state, line))) {
    return 'its states are not what it made';
  }
  if (!agree(made, left, names)) return 'its states are not of the two threads';
  const { head, root } = await followed(workspace, made);
  const known = root !== null && line.states.includes(root.id) ? null : root;
  return splitAsks(workspace, view, { thread: names.from, into: names.into, head, root: known });
}

function isItsOwn({ id, state }: CarriedState, line: OperationLine): boolean {
  return line.states.includes(id) && state.holder === line.holder && state.chain === line.chain;
}

/** What was taken back since may be gone: then nothing of it can be continued either. */
async function followed(
  workspace: Workspace,
  made: CarriedState | undefined,
): Promise<{ readonly head: CarriedState | null; readonly root: CarriedState | null }> {
  const [root, head] = await Promise.all(
    (made?.state.parents ?? []).map((parent) => findState(workspace, parent)),
  );
  return { root: root ?? null, head: head ?? null };
}

interface Moves {
  readonly into: RefChange;
  readonly from: RefChange | undefined;
  readonly snapshot: string | null;
}

function movesOf(
  [into, moved, snapshot, ...more]: readonly RefChange[],
  { from, into: name, keeps }: Names,
): Moves | undefined {
  if (more.length > 0 || !begins(into, name)) return undefined;
  if (moved === undefined) return keeps ? { into, from: undefined, snapshot: null } : undefined;
  const goesOn = moved.name === threadRef(from) && moved.old !== null && moved.new !== null;
  if (keeps || !goesOn || !isSnapshot(snapshot)) return undefined;
  return { into, from: moved, snapshot: snapshot?.new ?? null };
}

function begins(ref: RefChange | undefined, thread: string): ref is RefChange {
  return ref?.name === threadRef(thread) && ref.old === null && ref.new !== null;
}

function isSnapshot(ref: RefChange | undefined): boolean {
  return ref === undefined || (ref.name.startsWith(SNAPSHOT_REFS) && ref.old === null);
}

function belongs(
  effect: OperationTexts['effects'][number],
  { from, into }: Names,
  snapshot: string | null,
): boolean {
  if (effect.kind === 'restore') return effect.snapshot === snapshot;
  if (effect.kind === 'worktree') return effect.thread === from;
  return (effect.kind === 'thread' || effect.kind === 'checkout') && effect.thread === into;
}

/** What the one begins from, the other loses its part to; what the other followed, the one has its part from. */
function agree(
  made: CarriedState | undefined,
  left: CarriedState | undefined,
  { from, into }: Names,
): boolean {
  if (made !== undefined && (made.state.thread !== into || made.state.parents.length !== 2)) return false;
  if (left !== undefined && left.state.thread !== from) return false;
  if (made === undefined || left === undefined) return true;
  return left.state.parents.join() === made.state.parents.toReversed().join();
}

/** Tells whether a line takes a split back: the new thread goes, the other one stands where it was. */
export async function bringsPartBack(
  workspace: Workspace,
  { line, refs, target, inverse }: Reverting,
): Promise<boolean> {
  if (refs.map(({ name }) => name).join(' ') !== inverse.map(({ name }) => name).join(' ')) return false;
  const [gone, back] = refs;
  if (gone === undefined || gone.new !== null) return false;
  for (const { old } of refs) {
    const was = await carriedState(workspace, old);
    if (was !== undefined && !target.line.states.includes(was.id)) return false;
  }
  if (back === undefined) return line.states.length === 0;
  const is = await carriedState(workspace, back.new);
  return line.states.length === 1 && back.new !== null && (is === undefined || is.id === line.states[0]);
}
