import { THREAD_REFS } from '#domain/refs.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { restoredThread } from '#usecases/restore/undo-restore.ts';
import { splitThreads } from '#usecases/threads/split/undo-split.ts';
import { renamedThreads } from '#usecases/threads/rename/undo-rename.ts';
import type { AllowedLine, LineAsk } from '#usecases/verify/line-decisions.ts';

/** The one thread whose record a line makes. */
export function startedThread({ effects }: OperationTexts): string | undefined {
  const threads = new Set(effects.flatMap((effect) => (effect.kind === 'thread' ? [effect.thread] : [])));
  return threads.size === 1 ? [...threads][0] : undefined;
}

/** The thread that a line is about; of a renamed one the other name, of a split one the other thread beside it. */
export function concernedThreads(
  inverse: readonly RefChange[],
  { line, texts }: AllowedLine,
): Pick<LineAsk, 'thread' | 'beside'> {
  const renamed = line.op === 'thread-rename' ? renamedThreads(texts) : undefined;
  if (renamed !== undefined) return { thread: renamed.to, beside: [renamed.from] };
  const split = line.op === 'thread-split' ? splitThreads(texts) : undefined;
  if (split !== undefined) return { thread: split.into, beside: [split.from] };
  return { thread: movedThread(inverse) ?? startedThread(texts) ?? restoredThread(texts) };
}

/** The thread whose ref a line moves. */
export function movedThread(refs: readonly RefChange[]): string | undefined {
  const name = refs[0]?.name;
  return name?.startsWith(THREAD_REFS) === true ? name.slice(THREAD_REFS.length) : undefined;
}
