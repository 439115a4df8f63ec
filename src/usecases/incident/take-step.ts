import type { IncidentStep } from '#domain/incident/incident.ts';
import type { IncidentResult } from '#domain/results/removal/incident-results.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import type { PurgeOptions } from '#usecases/removal/purge.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { accountOf } from './account.ts';
import { readIncident, requireIncident } from './read-incident.ts';
import { recordEvent, refusedIncident } from './record-event.ts';
import { findStep, verifyStep } from './steps/look.ts';
import { purgeStep } from './steps/purge.ts';
import { redactStep } from './steps/redact.ts';
import type { StepDone } from './steps/step-done.ts';
import { tellIncident, tellNone, type ToldIncident } from './tell-incident.ts';

/** What somebody wants done about an incident. */
export type IncidentAct =
  | { readonly act: 'open'; readonly reason: string }
  | { readonly act: 'skip'; readonly step: IncidentStep; readonly reason: string }
  | { readonly act: 'freeze'; readonly breakGlass: boolean }
  /** Done outside of heddle, as somebody says. */
  | { readonly act: 'rotate'; readonly rotatedAt: Instant }
  | { readonly act: 'propagate' }
  | { readonly act: 'find'; readonly secret: Uint8Array }
  | { readonly act: 'redact'; readonly secret: Uint8Array }
  | {
      readonly act: 'purge';
      readonly confirm: PurgeOptions['confirm'];
      readonly rewriteGit: boolean;
      readonly onlyOwn: boolean;
    }
  | { readonly act: 'verify'; readonly secret: Uint8Array | null }
  | { readonly act: 'close' };

export interface IncidentDone {
  readonly result: IncidentResult;
  readonly notes: readonly string[];
  /** True where the step is not done yet. */
  readonly failed: boolean;
}

/**
 * Tells where an incident stands: the newest, or the one that a line opened. Reads only. Throws `NOT_FOUND`.
 *
 * @param name the beginning of the id of the line that opened it; null for the newest.
 */
export async function showIncident(workspace: Workspace, name: string | null): Promise<IncidentResult> {
  return { ...(await told(workspace, name)), found: null, copies: null, operation: null };
}

/**
 * Takes one step about the open incident and tells where it stands then. What a step changes is done by the verb that it
 * is called after, and decided there. Throws `INCIDENT_REFUSED`, and what that verb throws.
 */
export async function takeStep(workspace: Workspace, act: IncidentAct): Promise<IncidentDone> {
  const before = await told(workspace, null);
  // Nothing is hidden or destroyed for an incident that nobody opened.
  if (act.act !== 'open' && before.status !== 'open') throw refusedIncident('none is open: open one first');
  const { operation, notes, found = null, failed = false } = await carryOut(workspace, before, act);
  return { result: { ...(await told(workspace, null)), found, copies: null, operation }, notes, failed };
}

async function carryOut(workspace: Workspace, before: ToldIncident, act: IncidentAct): Promise<StepDone> {
  switch (act.act) {
    case 'open':
      return recordEvent(workspace, { event: 'open', reason: act.reason });
    case 'skip':
      return recordEvent(workspace, { event: 'skipped', step: act.step, reason: act.reason });
    case 'freeze':
      return freeze(workspace, before.reason, { breakGlass: act.breakGlass });
    case 'rotate':
      return recordEvent(workspace, { ...DONE, step: 'rotate', rotatedAt: act.rotatedAt });
    case 'propagate':
      return recordEvent(workspace, { ...DONE, step: 'propagate', rotatedAt: null });
    case 'find':
      return findStep(workspace, act.secret);
    case 'redact':
      return redactStep(workspace, before, act.secret);
    case 'purge':
      return purgeStep(workspace, before, act);
    case 'verify':
      return verifyStep(workspace, act.secret);
    case 'close':
      return close(workspace, before);
  }
}

const DONE = { event: 'done', seen: null, findings: null } as const;

async function close(workspace: Workspace, told: ToldIncident): Promise<StepDone> {
  const open = told.steps.filter(({ status }) => status === 'todo').map(({ step }) => step);
  if (open.length > 0) {
    const why = `${open.join(', ')} ${open.length === 1 ? 'is' : 'are'} neither done nor left out with --skip`;
    throw refusedIncident(why, 'the incident cannot be closed');
  }
  return recordEvent(workspace, { event: 'close', account: accountOf(told) });
}

async function told(workspace: Workspace, name: string | null): Promise<ToldIncident> {
  const { view } = await loadAuthority(workspace);
  const incident =
    name === null ? await readIncident(workspace, view, null) : await requireIncident(workspace, view, name);
  return incident === undefined ? tellNone(view) : tellIncident(workspace, view, incident);
}
