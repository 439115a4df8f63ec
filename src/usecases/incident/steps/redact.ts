import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import type { SecretPlace } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findSecret } from '#usecases/removal/find/find-secret.ts';
import { redact } from '#usecases/removal/redact.ts';
import type { ToldIncident } from '#usecases/incident/tell-incident.ts';
import type { StepDone } from './step-done.ts';

/**
 * Hides the secret wherever a search finds it and heddle can, one redaction for each content; then looks again and tells
 * what is left, with what helps there. Each is a redaction like any other: `undo` takes it back.
 */
export async function redactStep(
  workspace: Workspace,
  incident: ToldIncident,
  secret: Uint8Array,
): Promise<StepDone> {
  const { places } = await findSecret(workspace, secret);
  let operation: OperationId | null = null;
  const notes: string[] = [];
  for (const place of places) {
    const done = place.fix === null ? undefined : await hide(workspace, incident, place);
    operation = done?.operation ?? operation;
    notes.push(...(done?.notes ?? []));
  }
  const found = await findSecret(workspace, secret);
  const left = found.places.some(({ fix }) => fix !== null);
  return { operation, notes: [...new Set(notes)], found, failed: left };
}

/** Undefined where another redaction of this very step hid it already: one content stands at many paths. */
async function hide(
  workspace: Workspace,
  { reason, steps }: ToldIncident,
  { where, state }: SecretPlace,
): Promise<Awaited<ReturnType<typeof redact>> | undefined> {
  const rotated = steps.find(({ step, status }) => step === 'rotate' && status === 'done');
  try {
    return await redact(workspace, {
      path: where,
      state,
      all: false,
      reason: reason ?? 'an incident',
      reasonCode: 'credential',
      rotatedAt: rotated?.at ?? null,
      dryRun: false,
    });
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'NOT_REDACTABLE') return undefined;
    throw error;
  }
}
