import { shortId } from '#domain/id.ts';
import type { IncidentStep } from '#domain/incident/incident.ts';
import type { IncidentTombstone } from '#domain/results/removal/incident-results.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';

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

/** What does a step, or the one part of it that is left, in turn. */
export function commandsOf(
  step: IncidentStep,
  {
    tombstones,
    proposals,
  }: {
    readonly tombstones: readonly IncidentTombstone[];
    readonly proposals: readonly PurgeProposal[];
  },
): readonly (readonly string[])[] {
  const left = tombstones.filter(isLeft);
  if (step !== 'purge' || left.length === 0) return DOES[step];
  const waiting = proposals.filter((proposal) => !isReady(proposal));
  const free = left.filter(({ tombstone }) => waiting.every((one) => one.tombstone !== tombstone));
  const git = left.some(({ here, places }) => here === 'incomplete' && places.some(standsInGit));
  return [
    // Whoever has to agree goes first; without anything else to do it again would change nothing.
    ...(free.length > 0 ? DOES[step] : []),
    ...(git ? [[...OF_INCIDENT, 'purge', '--rewrite-git']] : []),
    ...free.map(({ tombstone }) => ['heddle', 'purge', shortId(tombstone)]),
    ...waiting.flatMap(({ next }) => (next === null ? [] : [next.argv])),
    ...(free.length > 0 ? [] : DOES[step]),
  ];
}

/** Hidden, and not destroyed in this clone. */
export function isLeft({ status, here }: IncidentTombstone): boolean {
  return status !== 'lifted' && here !== 'complete';
}

/** Tells whether a purge can be done now, by whoever proposed it. */
export function isReady({ next }: PurgeProposal): boolean {
  return next?.argv[2] === 'apply';
}

function standsInGit(place: string): boolean {
  return /\brefs\/(?:heads|tags|remotes|notes|stash)\b/.test(place);
}
