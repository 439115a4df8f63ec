import { shortId } from '#domain/id.ts';
import type { IncidentStep } from '#domain/incident/incident.ts';
import type { IncidentTombstone } from '#domain/results/removal/incident-results.ts';

const OF_INCIDENT = ['heddle', 'incident'] as const;

/** The commands that do a step, in turn. */
const DOES: Readonly<Record<IncidentStep, readonly (readonly string[])[]>> = {
  freeze: [[...OF_INCIDENT, 'freeze']],
  find: [[...OF_INCIDENT, 'find', '--secret', '-']],
  rotate: [[...OF_INCIDENT, 'rotate', '--done']],
  redact: [[...OF_INCIDENT, 'redact', '--secret', '-']],
  purge: [[...OF_INCIDENT, 'purge']],
  propagate: [
    [...OF_INCIDENT, 'propagate'],
    [...OF_INCIDENT, 'propagate', '--done'],
  ],
  verify: [[...OF_INCIDENT, 'verify', '--secret', '-']],
};

/** What does a step, or the one part of it that is left. */
export function commandOf(
  step: IncidentStep,
  tombstones: readonly IncidentTombstone[],
): readonly (readonly string[])[] {
  const left = tombstones.filter(({ status, here }) => status !== 'lifted' && here !== 'complete');
  if (step !== 'purge' || left.length === 0) return DOES[step];
  return [...DOES[step], ...left.map(({ tombstone }) => ['heddle', 'purge', shortId(tombstone)])];
}
