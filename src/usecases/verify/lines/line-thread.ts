import { THREAD_REFS } from '#domain/refs.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { restoredThread } from '#usecases/restore/undo-restore.ts';
import { renamedThreads } from '#usecases/threads/rename/undo-rename.ts';
import type { AllowedLine, LineAsk } from '#usecases/verify/line-decisions.ts';

/** The one thread whose record a line makes. */
export function startedThread({ effects }: OperationTexts): string | undefined {
  const threads = new Set(effects.flatMap((effect) => (effect.kind === 'thread' ? [effect.thread] : [])));
  return threads.size === 1 ? [...threads][0] : undefined;
}

/** The thread that a line is about, and of a renamed one the other name. */
export function concernedThreads(
  inverse: readonly RefChange[],
  { line, texts }: AllowedLine,
): Pick<LineAsk, 'thread' | 'beside'> {
  const renamed = line.op === 'thread-rename' ? renamedThreads(texts) : undefined;
  if (renamed !== undefined) return { thread: renamed.to, beside: [renamed.from] };
  return { thread: movedThread(inverse) ?? startedThread(texts) ?? restoredThread(texts) };
}

/** The thread whose ref a line moves. */
export function movedThread(refs: readonly RefChange[]): string | undefined {
  const name = refs[0]?.name;
  return name?.startsWith(THREAD_REFS) === true ? name.slice(THREAD_REFS.length) : undefined;
}
