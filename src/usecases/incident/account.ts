import type { SearchSeen } from '#domain/incident/incident.ts';
import type { IncidentStepResult, IncidentTombstone } from '#domain/results/removal/incident-results.ts';
import { instantWords, type Instant } from '#domain/time.ts';
import type { ToldIncident } from './tell-incident.ts';

/** What is signed when an incident ends: what was done by whom, what was searched and found, what is out of reach. */
export function accountOf(told: ToldIncident): readonly string[] {
  return [
    `incident ${told.incident} was opened by ${told.by}${when(told.since)}: ${told.reason}`,
    ...told.steps.map(stepSentence),
    ...earlier(told).map((one) => `before that, ${stepSentence(one)}`),
    ...told.tombstones.map(tombstoneSentence),
    ...told.outOfReach.map((one) => `out of reach: ${one}`),
  ];
}

/** A step may have been done for one secret after another; what each search saw counts. */
function earlier({ steps, history }: ToldIncident): readonly IncidentStepResult[] {
  return history.filter(({ operation }) => steps.every((step) => step.operation !== operation));
}

function stepSentence({ step, status, by, at, note, rotatedAt, seen }: IncidentStepResult): string {
  const who = by === null ? '' : ` by ${by}${when(at)}`;
  const clauses = [
    `${step}: ${status === 'skipped' ? 'left out' : status}${who}`,
    ...(rotatedAt === null ? [] : [`rotated ${instantWords(rotatedAt)}`]),
    ...(note === null ? [] : [note]),
    ...(seen === null ? [] : [seenClause(seen)]),
  ];
  return clauses.join('; ');
}

function when(at: Instant | null): string {
  return at === null ? '' : `, ${instantWords(at)}`;
}

function seenClause({ objects, operations, files, places }: SearchSeen): string {
  return `found in ${places} places of ${objects} objects, ${operations} operations, ${files} files`;
}

function tombstoneSentence({ tombstone, status, here, unconfirmed }: IncidentTombstone): string {
  const local = here === null ? '' : `; in this clone ${here}`;
  const others = unconfirmed.length === 0 ? '' : `; not confirmed by ${unconfirmed.length} clones`;
  return `${tombstone} is ${status}${local}${others}`;
}
