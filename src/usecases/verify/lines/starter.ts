import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';

/** Who started a thread last, before a line; of a renamed one whoever started what was renamed. Null for nobody known. */
export function starterOf(
  operations: readonly LoggedOperation[],
  thread: string,
  before: number,
): string | null {
  const began = operations.filter(
    ({ line, texts }) =>
      (line.op === 'thread-start' || line.op === 'thread-rename') &&
      line.verdict.verdict === 'allow' &&
      line.lamport < before &&
      texts !== 'redacted' &&
      // Whoever goes on with what another one started says so.
      texts.effects.some(
        (effect) =>
          effect.kind === 'thread' &&
          effect.thread === thread &&
          effect.record !== null &&
          (line.op === 'thread-rename' || effect.record.by === line.actor.principal),
      ),
  );
  const last = began.toSorted((a, b) => a.line.lamport - b.line.lamport).at(-1);
  if (last === undefined || last.texts === 'redacted') return null;
  if (last.line.op === 'thread-start') return last.line.actor.principal;
  const from = jsonField(last.texts.result, 'from');
  return typeof from === 'string' ? starterOf(operations, from, last.line.lamport) : null;
}
