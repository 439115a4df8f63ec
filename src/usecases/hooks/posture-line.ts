import { jsonField } from '#domain/encoding/json-field.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';

/** What is wrong with a line about hooks: it changes nothing, and who took them away could. Anybody may install them. */
export async function postureLineProblem(
  decisions: LineDecisions,
  operation: AllowedLine,
  signer: LineSigner,
  others: readonly RefChange[],
): Promise<string | undefined> {
  const { texts } = operation;
  if (others.length > 0 || texts.effects.length > 0) return 'a line about hooks changes something';
  const said = jsonField(jsonField(texts.args, 'verb'), 'hooks');
  if (said === 'installed') return undefined;
  if (said !== 'uninstalled') return 'it says nothing that is known of hooks';
  return decisions.asksProblem(operation, signer, async ({ repository }) => [
    { operation: 'hook:remove', resources: [repository] },
  ]);
}
