import type { Workspace } from '#ports/workspace.ts';
import { purge, type PurgeOptions } from '#usecases/removal/purge.ts';
import type { ToldIncident } from '#usecases/incident/tell-incident.ts';
import type { StepDone } from './step-done.ts';

/** Destroys what each redaction of the incident hides, one by one; each is confirmed by itself. */
export async function purgeStep(
  workspace: Workspace,
  { tombstones }: ToldIncident,
  how: Pick<PurgeOptions, 'confirm' | 'rewriteGit'>,
): Promise<StepDone> {
  const left = tombstones.filter(({ status, here }) => status !== 'lifted' && here !== 'complete');
  let done: StepDone = { operation: null, notes: [] };
  for (const { tombstone } of left) {
    // Any consent to it will do, where others have to agree.
    const one = { ...how, name: tombstone, dryRun: false, consent: null };
    const { operation, notes, result } = await purge(workspace, one);
    done = {
      operation: operation ?? done.operation,
      notes: [...done.notes, ...notes],
      failed: done.failed === true || result.outcome === 'incomplete',
    };
  }
  return done;
}
