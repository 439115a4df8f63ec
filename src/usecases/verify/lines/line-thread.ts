import { THREAD_REFS } from '#domain/refs.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { restoredThread } from '#usecases/restore/undo-restore.ts';

/** The one thread whose record a line makes. */
export function startedThread({ effects }: OperationTexts): string | undefined {
  const threads = new Set(effects.flatMap((effect) => (effect.kind === 'thread' ? [effect.thread] : [])));
  return threads.size === 1 ? [...threads][0] : undefined;
}

/** The one thread that a line is about. */
export function concernedThread(inverse: readonly RefChange[], texts: OperationTexts): string | undefined {
  return movedThread(inverse) ?? startedThread(texts) ?? restoredThread(texts);
}

/** The thread whose ref a line moves. */
export function movedThread(refs: readonly RefChange[]): string | undefined {
  const name = refs[0]?.name;
  return name?.startsWith(THREAD_REFS) === true ? name.slice(THREAD_REFS.length) : undefined;
}
