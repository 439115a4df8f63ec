import type { SecretsListResult } from '#domain/results/boundary/secret-results.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What this home lets pass in this clone, by path; those that are over, too. */
export async function listExceptions({ secretExceptions, clock }: Workspace): Promise<SecretsListResult> {
  const now = instantMilliseconds(clock.now());
  const exceptions = (await secretExceptions.read()).map(
    ({ rule, path, thread, by, reason, since, until }) => ({
      rule,
      path,
      thread,
      by,
      reason,
      since,
      until,
      over: instantMilliseconds(until) <= now,
    }),
  );
  return { exceptions: exceptions.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)) };
}
