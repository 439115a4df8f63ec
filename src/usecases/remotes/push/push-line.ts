import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { REMOTE_REFS } from '#domain/refs.ts';
import { isThreadName } from '#domain/resource/thread-name.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';
import { pushedResources } from './pushed-resources.ts';

/**
 * What is wrong with a line that says what was pushed; undefined for nothing. It moves only what the remote was seen
 * with, and its author could be allowed to push these.
 */
export async function pushLineProblem(
  decisions: LineDecisions,
  operation: AllowedLine,
  signer: LineSigner,
  others: readonly RefChange[],
): Promise<string | undefined> {
  const { effects, inverse, args } = operation.texts;
  const stays = effects.length === 0 && inverse === null;
  if (!stays || others.some(({ name }) => !name.startsWith(REMOTE_REFS)))
    return 'a push moves only what a remote was seen with';
  const [threads, branches] = ['threads', 'branches'].map((name) =>
    names(jsonField(jsonField(args, 'verb'), name)),
  );
  if (threads === undefined || branches === undefined || !threads.every(isThreadName))
    return 'it does not say what was pushed';
  return decisions.asksProblem(operation, signer, async ({ repository }) => [
    { operation: 'remote:push', resources: pushedResources(repository, { threads, branches }) },
  ]);
}

function names(value: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((name) => typeof name === 'string');
  return texts.length === value.length ? texts : undefined;
}
