import { makesStates, type RefChange } from '#domain/operation/operation.ts';
import { isThreadHead, threadRef } from '#domain/refs.ts';
import { shortId, type StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { refused, type Done } from './reversal.ts';
import { readTargets } from './targets.ts';

interface Begun {
  readonly thread: string;
  readonly from: StateId;
}

/** Throws `UNDO_REFUSED` where these changes of refs would leave to nobody what a thread began from. */
export async function requireOrigins(
  workspace: Workspace,
  target: Done,
  refs: readonly RefChange[],
): Promise<void> {
  const lost = await findLostOrigin(workspace, refs);
  if (lost !== undefined) throw refused(target, lost.why, lost.by);
}

/**
 * A thread that captured nothing yet goes on from the state that it began from, and from no other one. Says which would
 * have none any more after these changes of refs, and what came of it; undefined where each would.
 */
export async function findLostOrigin(
  workspace: Workspace,
  refs: readonly RefChange[],
): Promise<{ readonly why: string; readonly by: Done | undefined } | undefined> {
  const moved = refs.filter(({ name }) => isThreadHead(name));
  if (moved.every(({ old }) => old === null)) return undefined;
  const heads = new Map(await keptHeads(workspace));
  for (const { name, old, new: next } of moved) {
    if (next === null) heads.delete(name);
    else if (old === null) heads.set(name, next);
  }
  const begun = await withoutStates(workspace, heads);
  if (begun.length === 0) return undefined;
  await letGo(workspace, heads, moved);
  for (const { thread, from } of begun) {
    const origin = await findState(workspace, from);
    if (origin === undefined || (await isHeld(workspace, origin, heads))) continue;
    const why = `${thread} began from ${shortId(from)}, which no thread would have any more`;
    return { why, by: await cause(workspace, { thread, from }) };
  }
  return undefined;
}

/** What is rebuilt has all that it had: only what goes back lets go of states. */
async function letGo(
  workspace: Workspace,
  heads: Map<string, ObjectId>,
  moved: readonly RefChange[],
): Promise<void> {
  const landing = await workspace.landing();
  for (const { name, old, new: next } of moved) {
    if (old !== null && next !== null && (await landing.isAncestor(next, old))) heads.set(name, next);
  }
}

async function withoutStates(
  workspace: Workspace,
  heads: ReadonlyMap<string, ObjectId>,
): Promise<readonly Begun[]> {
  const records = await listThreadRecords(workspace);
  return records.flatMap(({ thread, from }) =>
    from === null || heads.has(threadRef(thread)) ? [] : [{ thread, from }],
  );
}

/** Its own thread is the likeliest one to hold it. */
async function isHeld(
  workspace: Workspace,
  { carrier, state }: CarriedState,
  heads: ReadonlyMap<string, ObjectId>,
): Promise<boolean> {
  const landing = await workspace.landing();
  const own = heads.get(threadRef(state.thread));
  for (const head of new Set([...(own === undefined ? [] : [own]), ...heads.values()])) {
    if (await landing.isAncestor(carrier, head)) return true;
  }
  return false;
}

/** What took the state back already; else what began from it. */
async function cause(workspace: Workspace, { thread, from }: Begun): Promise<Done | undefined> {
  let started: Done | undefined;
  for await (const { target, gone } of readTargets(workspace)) {
    const { line, texts } = target;
    const begins = texts.effects.some((effect) => effect.kind === 'thread' && effect.thread === thread);
    if (line.op === 'thread-start' && gone === undefined && begins) started ??= target;
    if (makesStates(line.op) && line.states.includes(from)) return gone?.by ?? started;
  }
  return started;
}
