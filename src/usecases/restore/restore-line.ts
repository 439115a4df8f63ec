import { unescapePath } from '#domain/encoding/percent-escape.ts';
import type { Effect, LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS } from '#domain/refs.ts';
import { pathResource } from '#domain/resource/resource.ts';
import { restoredThread } from './undo-restore.ts';

/** What is wrong with the line of a restoring by itself: it makes one snapshot, and writes from that alone. */
export function restoreLineProblem(
  { line, texts }: LoggedOperation & { readonly texts: OperationTexts },
  refs: readonly RefChange[],
): string | undefined {
  const isOne = refs.length === 1 && texts.effects.length === 1 && line.states.length === 0;
  if (!isOne || !makesSnapshot(refs[0], texts.effects[0])) {
    return 'a restore makes one snapshot, and writes what that holds';
  }
  return texts.paths.length === 0 || restoredThread(texts) === undefined ? 'it names no path' : undefined;
}

function makesSnapshot(ref: RefChange | undefined, effect: Effect | undefined): boolean {
  if (ref === undefined || effect?.kind !== 'restore' || ref.old !== null) return false;
  return ref.name.startsWith(SNAPSHOT_REFS) && effect.snapshot === ref.new;
}

/** What the author of such a line was asked about. */
export function restoredResources(repository: string, texts: OperationTexts): readonly string[] {
  const thread = restoredThread(texts) ?? null;
  return texts.paths.flatMap((path) => {
    const raw = unescapePath(path);
    return raw === undefined ? [] : [pathResource(repository, thread, raw)];
  });
}
