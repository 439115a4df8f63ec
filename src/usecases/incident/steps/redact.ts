import { withoutLineEnd } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import type { RedactFindResult, SecretPlace } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findSecret } from '#usecases/removal/find/find-secret.ts';
import type { RedactionSaid } from '#usecases/removal/places/target.ts';
import { redact } from '#usecases/removal/redact.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import type { ToldIncident } from '#usecases/incident/tell-incident.ts';
import type { StepDone } from './step-done.ts';

type Why = RedactionSaid;
type Hidden = { readonly operation: OperationId | null; readonly notes: readonly string[] };

/**
 * Hides the secret wherever a search finds it and heddle can: its bytes out of every content that has them, the rest of
 * those stays; whole what holds it in another form, and whole what was written beside records. Then it looks again and
 * tells what is left, with what helps there. Each is a redaction like any other: `undo` takes it back.
 */
export async function redactStep(
  workspace: Workspace,
  incident: ToldIncident,
  secret: Uint8Array,
): Promise<StepDone> {
  const why = whyOf(incident);
  const before = await findSecret(workspace, secret);
  const cut = isReadable(before) ? [await cutOut(workspace, secret, why)] : [];
  const rest = cut.length === 0 ? before : await findSecret(workspace, secret);
  const whole: Hidden[] = [];
  const left = offered(rest);
  for (const [index, place] of left.entries()) {
    workspace.progress.step('hiding', index, left.length);
    whole.push(await hideWhole(quiet(workspace), place, why));
  }
  const found = whole.length === 0 ? rest : await findSecret(workspace, secret);
  const done = [...cut, ...whole];
  return {
    operation: done.findLast(({ operation }) => operation !== null)?.operation ?? null,
    notes: [...new Set(done.flatMap(({ notes }) => notes))],
    found,
    failed: offered(found).length > 0,
  };
}

/** One count of all is told, not one of each. */
function quiet(workspace: Workspace): Workspace {
  return { ...workspace, progress: { step: () => undefined } };
}

function whyOf({ reason, steps }: ToldIncident): Why {
  const rotatedAt = steps.find(({ step }) => step === 'rotate')?.rotatedAt ?? null;
  return { reason: reason ?? 'an incident', reasonCode: 'credential', rotatedAt, dryRun: false };
}

/** Places that heddle can hide. */
function offered({ places }: RedactFindResult): readonly SecretPlace[] {
  return places.filter(({ fix }) => fix !== null);
}

function isReadable(found: RedactFindResult): boolean {
  return offered(found).some(({ place, forms }) => place === 'file' && forms.includes('plain'));
}

async function cutOut(workspace: Workspace, secret: Uint8Array, why: Why): Promise<Hidden> {
  const part = { kind: 'match', secret: withoutLineEnd(secret) } as const;
  return redact(workspace, { path: null, state: null, all: false, part, ...why });
}

/** Another redaction of this very step may have hidden it already: the same stands at many places. */
async function hideWhole(
  workspace: Workspace,
  { place, where, state }: SecretPlace,
  why: Why,
): Promise<Hidden> {
  try {
    if (place !== 'file') return await redactTexts(workspace, { text: where, task: false, ...why });
    return await redact(workspace, { path: where, state, all: false, part: null, ...why });
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'NOT_REDACTABLE') throw error;
    return { operation: null, notes: [] };
  }
}
