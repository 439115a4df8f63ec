import { AUTHORITY_REF, HEDDLE_REFS } from '#domain/refs.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';

/**
 * What is wrong with a line that says with what a clone began; undefined for nothing. It is the first of its log, by
 * the clone's own key, and moves nothing: it says where refs were found. What these lead to is verified by itself.
 */
export function adoptLineProblem({ line, texts }: AllowedLine, signer: LineSigner): string | undefined {
  if (line.seq !== 0 || signer.kind !== 'replica') return 'only a clone itself begins, and only once';
  if (texts.effects.length > 0 || texts.inverse !== null || line.states.length > 0)
    return 'an adopt changes something';
  const names = new Set(texts.refs.map(({ name }) => name));
  const found = texts.refs.every(
    ({ name, old, new: next }) => name.startsWith(HEDDLE_REFS) && old === null && next !== null,
  );
  return found && names.size === texts.refs.length && names.has(AUTHORITY_REF)
    ? undefined
    : 'an adopt tells more than where refs of heddle were found';
}
