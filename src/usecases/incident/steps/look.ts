import type { SearchSeen } from '#domain/incident/incident.ts';
import type { RedactFindResult } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { findSecret } from '#usecases/removal/find/find-secret.ts';
import { verify } from '#usecases/verify/verify.ts';
import { recordEvent } from '#usecases/incident/record-event.ts';
import { ownCredentials } from './own-credentials.ts';
import type { StepDone } from './step-done.ts';

/** Looks for the secret everywhere in this clone, and notes how much was looked at and in how many places it stands. */
export async function findStep(workspace: Workspace, secret: Uint8Array): Promise<StepDone> {
  const found = await findSecret(workspace, secret);
  const { operation, notes } = await recordEvent(workspace, {
    event: 'done',
    step: 'find',
    rotatedAt: null,
    seen: seenOf(found),
    findings: null,
  });
  const { view } = await loadAuthority(workspace);
  return { operation, notes: [...notes, ...ownCredentials(workspace, view, secret)], found };
}

/**
 * Verifies everything that this clone holds and, where the secret is given, that it stands nowhere. It is done only
 * where both are so.
 */
export async function verifyStep(workspace: Workspace, secret: Uint8Array | null): Promise<StepDone> {
  const { ok, findings } = await verify(workspace, { all: true });
  const found = secret === null ? null : await findSecret(workspace, secret);
  if (!ok || found?.found === true) {
    const wrong = findings.map(({ subject, message }) => `${subject}: ${message}`);
    return { operation: null, notes: wrong.slice(0, MOST_TOLD), found, failed: true };
  }
  const { operation, notes } = await recordEvent(workspace, {
    event: 'done',
    step: 'verify',
    rotatedAt: null,
    seen: found === null ? null : seenOf(found),
    findings: 0,
  });
  return { operation, notes, found };
}

const MOST_TOLD = 20;

/** Counts alone: a place can be as telling as what stands there. */
function seenOf({ searched, places, notSearched }: RedactFindResult): SearchSeen {
  return { ...searched, places: places.length, notSearched };
}
