import { isThreadHead, HEDDLE_REFS, DROPPED_REFS, threadRef } from '#domain/refs.ts';
import { makesStates, type OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { ObjectId } from '#ports/objects.ts';
import { readSoundStates, type CarriedState } from '#usecases/states/read-state.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import type { Done } from '#usecases/undo/reversal.ts';
import { readTargets } from '#usecases/undo/targets.ts';

/**
 * Why others may know a thread's newest state, and it is replaced no more; undefined where nobody does as far as this
 * clone can tell. A state that somebody built on stays reachable in any case: what is prevented is two lines of work.
 */
export async function whyKept(workspace: Workspace, kept: CarriedState): Promise<string | undefined> {
  return (
    (await saidOf(workspace, kept)) ?? (await forkedFrom(workspace, kept)) ?? (await builtOn(workspace, kept))
  );
}

/** Beside those that make states, lines that move a thread, or take it out of the list, say nothing to others. */
const QUIET: ReadonlySet<OperationKind> = new Set(['undo', 'redo', 'thread-drop', 'redact', 'lift']);

/** Reads back to the line that made the state: what concerns it came after. */
async function saidOf(workspace: Workspace, { id }: CarriedState): Promise<string | undefined> {
  for await (const { target, gone } of readTargets(workspace)) {
    const { op } = target.line;
    const concerned = target.line.states.includes(id) || landedBy(target).includes(id);
    const tells = concerned && gone === undefined && !QUIET.has(op) && !makesStates(op);
    if (tells) return WORDS[op] ?? `a ${op} is about it`;
    if (makesStates(op) && target.line.states.includes(id)) return undefined;
  }
  return undefined;
}

const WORDS: Partial<Record<OperationKind, string>> = { land: 'it was landed' };

/** The states that a line landed; a landing without squashing made a commit of each. */
export function landedBy({ line, texts }: Done): readonly string[] {
  if (line.op !== 'land') return [];
  const commits = jsonField(texts.result, 'commits');
  const each = Array.isArray(commits) ? commits.map((commit: Json) => jsonField(commit, 'state')) : [];
  return [...line.states, ...each.filter((id) => typeof id === 'string')];
}

async function forkedFrom(workspace: Workspace, { id }: CarriedState): Promise<string | undefined> {
  const fork = (await listThreadRecords(workspace)).find(({ from }) => from === id);
  return fork === undefined ? undefined : `the thread ${fork.thread} was forked from it`;
}

/** Looks through the work of other threads, here and on remotes, that is not older than the state. */
async function builtOn(
  workspace: Workspace,
  { id, carrier, state: { thread, capturedAt } }: CarriedState,
): Promise<string | undefined> {
  const refs = [...(await workspace.refs.list(HEDDLE_REFS))].filter(
    ([name]) => isThreadHead(name) && !name.startsWith(DROPPED_REFS) && name !== threadRef(thread),
  );
  const seen = new Set<ObjectId>();
  let generation = [...new Set(refs.map(([, head]) => head))];
  while (generation.length > 0) {
    for (const one of generation) seen.add(one);
    if (seen.has(carrier)) return 'a remote has it, or another thread stands at it';
    const states = await readSoundStates(workspace, generation);
    const user = states.find(({ state }) => state.parents.includes(id));
    if (user !== undefined) return `work on ${user.state.thread} was built on it`;
    generation = states
      .filter(({ state }) => state.capturedAt >= capturedAt && state.parents.length > 0)
      .flatMap(({ gitParents }) => gitParents)
      .filter((parent) => !seen.has(parent));
  }
  return undefined;
}
