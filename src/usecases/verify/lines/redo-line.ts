import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { equalBytes } from '#domain/encoding/bytes.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import type { LoggedOperation, RefChange } from '#domain/operation/operation.ts';
import { threadRecordJson } from '#domain/operation/thread-record.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { threadOf } from '#usecases/undo/undo-thread.ts';
import { stateChanges } from '#usecases/undo/redo/redo-capture.ts';
import { startedRecord } from '#usecases/undo/redo/redo-start.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';

/** The undo that a redo takes back, and what that one had undone; undefined where the log does not tell. */
export function findRedone(
  { texts }: AllowedLine,
  byId: ReadonlyMap<string, LoggedOperation>,
): { readonly undo: AllowedLine; readonly target: AllowedLine } | undefined {
  const [undo, target] = ['undo', 'redone'].map((field) => {
    const id = jsonField(texts.result, field);
    const found = typeof id === 'string' ? byId.get(id) : undefined;
    return found === undefined || found.texts === 'redacted' ? undefined : { ...found, texts: found.texts };
  });
  if (undo?.line.op !== 'undo' || target === undefined) return undefined;
  return jsonField(undo.texts.result, 'undone') === target.id ? { undo, target } : undefined;
}

/** What is wrong with a line that does a capture or a start again: it moves what the undo moved, the other way round. */
export function redoThreadProblem(
  { line, texts }: AllowedLine,
  { undo, target }: { readonly undo: AllowedLine; readonly target: AllowedLine },
  others: readonly RefChange[],
): string | undefined {
  const back = others.map(({ name, old, new: next }) => ({ name, old: next, new: old }));
  const moved = undo.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
  if (JSON.stringify(back) !== JSON.stringify(moved)) return 'it moves what it does not do again';
  if (JSON.stringify(line.states) !== JSON.stringify(target.line.states)) {
    return 'its states are not those that were undone';
  }
  const record = startedRecord(target);
  for (const effect of texts.effects) {
    const same = effect.kind === 'thread' && record !== null && effect.record !== null;
    if (same && equalBytes(bytesOf(effect.record), bytesOf(record))) continue;
    if (effect.kind !== 'worktree' || effect.thread !== threadOf(target))
      return 'it does more than was undone';
  }
  return undefined;
}

function bytesOf(record: Parameters<typeof threadRecordJson>[0]): Uint8Array {
  return encodeCanonical(threadRecordJson(record));
}

/** What the state changed that was brought back; nothing where its carrier is gone since. */
export async function redonePaths(
  workspace: Workspace,
  others: readonly RefChange[],
): Promise<readonly Uint8Array[]> {
  try {
    const made = await carriedState(workspace, others[0]?.new ?? null);
    if (made === undefined) return [];
    return (await stateChanges(workspace, made)).map(({ path }) => path);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'OBJECT_CORRUPT') return [];
    throw error;
  }
}
