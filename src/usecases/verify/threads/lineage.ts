import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';

/** They write and remove threads' records. */
const KEEPERS: ReadonlySet<OperationKind> = new Set([
  'thread-start',
  'thread-rename',
  'thread-split',
  'thread-drop',
  'undo',
  'redo',
]);

/**
 * The lines of a log that tell where some threads began, in its order: those about their records, under the names that
 * they had before, too, and the lines that these take back. What a redacted one tells of nobody knows: it is among them.
 *
 * @param operations in the log's order.
 */
export function aboutThreads(
  operations: readonly LoggedOperation[],
  threads: ReadonlySet<string>,
): readonly LoggedOperation[] {
  const keeping = operations.filter(({ line }) => line.verdict.verdict === 'allow' && KEEPERS.has(line.op));
  const names = new Set(threads);
  const meant = new Set<string>();
  // Backwards, since a name leads to the one before it.
  for (const operation of keeping.toReversed()) {
    const told = threadsIn(operation);
    if (!meant.has(operation.id) && !told.some((thread) => names.has(thread))) continue;
    meant.add(operation.id);
    for (const thread of told) names.add(thread);
    for (const id of takenBack(operation)) meant.add(id);
  }
  return keeping.filter(({ id, texts }) => texts === 'redacted' || meant.has(id));
}

function threadsIn({ texts }: LoggedOperation): readonly string[] {
  if (texts === 'redacted') return [];
  return texts.effects.flatMap((effect) => (effect.kind === 'thread' ? [effect.thread] : []));
}

/** What an undo took back; what a redo does again, and the undo between. */
function takenBack({ texts }: LoggedOperation): readonly string[] {
  if (texts === 'redacted') return [];
  const named = ['undone', 'undo', 'redone'].map((field) => jsonField(texts.result, field));
  return named.filter((id) => typeof id === 'string');
}
