import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS } from '#domain/refs.ts';

const EFFECTS: readonly string[] = ['restore', 'index', 'landing'];

/** What is wrong with the line of a landing that stopped, or was taken back: it moves no ref but a snapshot it makes. */
export function pendingLineProblem(
  { line, texts }: LoggedOperation & { readonly texts: OperationTexts },
  refs: readonly RefChange[],
): string | undefined {
  const makes = refs.every(({ name, old }) => old === null && name.startsWith(SNAPSHOT_REFS));
  if (!makes || refs.length > 1 || line.states.length > 0) return `a ${line.op} moves more than a snapshot`;
  if (!texts.effects.every(({ kind }) => EFFECTS.includes(kind))) {
    return `a ${line.op} does more than write files and what git says of them`;
  }
  return concernedByPending(texts) === undefined ? 'it names no thread' : undefined;
}

/** The thread that such a line says it is about. */
export function concernedByPending({ result }: Pick<OperationTexts, 'result'>): string | undefined {
  const thread = jsonField(result, 'thread');
  return typeof thread === 'string' ? thread : undefined;
}
