import { jsonField } from '#domain/encoding/json-field.ts';
import { parseIncidentEvent } from '#domain/incident/incident.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { LineSigner } from '#usecases/transaction/line-signature.ts';
import type { AllowedLine, LineDecisions } from '#usecases/verify/line-decisions.ts';

/** What is wrong with a line of an incident: it says one thing of it, changes nothing, and its author could say it. */
export async function incidentLineProblem(
  decisions: LineDecisions,
  operation: AllowedLine,
  signer: LineSigner,
  others: readonly RefChange[],
): Promise<string | undefined> {
  const { texts } = operation;
  if (others.length > 0 || texts.effects.length > 0) return 'a line of an incident changes something';
  const event = parseIncidentEvent(jsonField(texts.args, 'verb'));
  if (event === undefined) return 'it says nothing that is known of an incident';
  return decisions.asksProblem(operation, signer, async ({ repository }) => [
    { operation: 'redact:apply', resources: [repository] },
  ]);
}
