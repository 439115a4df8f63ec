import { shellLine } from '#domain/encoding/shell-line.ts';
import { columns, type Paint, type Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, type TextOf } from '#cli/text/shared-lines.ts';
import type { SearchSeen } from '#domain/incident/incident.ts';
import type {
  IncidentCheckResult,
  IncidentCopies,
  IncidentPaperResult,
  IncidentResult,
  IncidentStepResult,
} from '#domain/results/removal/incident-results.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import { redactFindText } from './find-text.ts';

const MARKS: Readonly<Record<IncidentStepResult['status'], readonly [mark: string, paint: Paint]>> = {
  done: ['done', 'good'],
  skipped: ['left out', 'warn'],
  todo: ['to do', 'bad'],
};

const DOES: Readonly<Record<IncidentStepResult['step'], string>> = {
  freeze: 'nobody changes anything but what ends the incident',
  find: 'every place of this clone where the secret stands',
  rotate: "where it was issued; what is heddle's: `heddle key rotate`, `heddle token revoke`",
  redact: 'hide it from every reader; `undo` brings it back',
  purge: 'destroy what was hidden, in this clone; it cannot be taken back',
  propagate: 'push, and tell whoever has a copy what to run',
  verify: 'that nothing is broken, and that the secret stands nowhere',
};

/** Text of `incident`. */
export const incidentText: TextOf<IncidentResult> = (result, terminal) => [
  ...(result.found === null ? [] : [...redactFindText(result.found, terminal), '']),
  headLine(result, terminal),
  ...columns(
    result.steps.map((step) => stepRow(step, { times: timesOf(step, result), terminal })),
    [(cell) => terminal.paint('place', cell)],
  ),
  ...result.proposals.flatMap((proposal) => waitingLines(proposal, terminal)),
  ...(result.copies === null ? [] : copiesLines(result.copies, terminal)),
  ...(result.outOfReach.length === 0
    ? []
    : [
        'not known to this clone, or not in its reach:',
        ...result.outOfReach.map((one) => `  ${terminal.safe(one)}`),
      ]),
  nextLine(result),
];

/** Whom a purge waits for, and what they run. */
function waitingLines(
  { tombstone, next, people, quorum }: PurgeProposal,
  terminal: Terminal,
): readonly string[] {
  if (next === null) return [];
  const agreed = quorum === null ? '' : `, ${people.length} of ${quorum} people agree`;
  const who = next.who.length === 0 ? '' : `  (${next.who.map(terminal.safe).join(', ')})`;
  return [
    `purge of ${terminal.id(tombstone)}${agreed}: ${terminal.safe(next.why)}`,
    `  ${terminal.safe(shellLine(next.argv))}${who}`,
  ];
}

/** What to run, in an order that helps: who pushed since sees nothing of it lost. */
function copiesLines({ remotes, moved, clones }: IncidentCopies, terminal: Terminal): readonly string[] {
  return [
    ...remotes.flatMap(({ name, url, commands }) => [
      `to bring it to ${terminal.safe(name)} (${terminal.safe(url)}):`,
      ...commands.map((command) => `  ${terminal.safe(shellLine(command))}`),
    ]),
    ...(remotes.length === 0
      ? ['this clone has no remote: whoever fetched from it asks it for what is left to do']
      : []),
    ...(moved.length === 0
      ? []
      : [
          ...(remotes.length === 0
            ? []
            : [
                'the forced ones overwrite what somebody pushed since you fetched last; let nobody push meanwhile',
              ]),
          `rewritten, so that every other clone has to take them over: ${moved.map(terminal.safe).join(', ')}`,
        ]),
    ...clones.map(
      ({ replica, by, tombstones }) =>
        `not confirmed by the clone ${terminal.safe(replica.slice(0, 12))} of ${terminal.safe(by)}: ${tombstones.map(terminal.id).join(', ')}`,
    ),
    'for everybody who has a copy: heddle incident propagate --kit FILE',
    'when that is done: heddle incident propagate --done',
  ];
}

function headLine({ status, incident, by, since, reason }: IncidentResult, terminal: Terminal): string {
  if (status === 'none' || incident === null || since === null) {
    return 'no incident was ever opened here; these steps would follow one another:';
  }
  const who = `${status}, by ${terminal.safe(by ?? 'nobody')} at ${terminal.time(since)}`;
  return `incident ${terminal.id(incident)}  ${who}: ${terminal.safe(reason ?? '')}`;
}

/** How often it was done; each secret is looked for by itself. */
function timesOf({ step }: IncidentStepResult, { history }: IncidentResult): number {
  return history.filter((one) => one.step === step && one.status === 'done').length;
}

function stepRow(
  told: IncidentStepResult,
  { times, terminal }: { readonly times: number; readonly terminal: Terminal },
): readonly string[] {
  const { step, status, by, at } = told;
  const [mark, paint] = MARKS[status];
  const who = by === null || at === null ? [] : [`by ${terminal.safe(by)} at ${terminal.time(at)}`];
  const often = times > 1 && status === 'done' ? [`${times} times, the last time:`] : [];
  const what = [...who, ...sayings(told, terminal)];
  return [
    `  ${step}`,
    terminal.paint(paint, mark),
    what.length === 0 ? DOES[step] : [...often, what.join('; ')].join(' '),
  ];
}

function sayings({ note, rotatedAt, seen }: IncidentStepResult, terminal: Terminal): readonly string[] {
  return [
    ...(rotatedAt === null ? [] : [`rotated at ${terminal.time(rotatedAt)}`]),
    ...(note === null ? [] : [terminal.safe(note)]),
    ...(seen === null ? [] : [seenWords(seen)]),
  ];
}

function seenWords({ objects, operations, files, places }: SearchSeen): string {
  const where = places === 0 ? 'it stood in none' : `it stood in ${countText(places, 'place')}`;
  return `${where} of ${objects} objects, ${operations} operations, ${files} files`;
}

function nextLine({ status, frozen, steps }: IncidentResult): string {
  if (status === 'none') return 'begin with: heddle incident open --reason TEXT';
  if (status === 'closed' && frozen) return 'next: heddle unfreeze';
  if (status === 'closed') return 'its signed paper: heddle incident paper --json';
  const [next] = steps.find((step) => step.status === 'todo')?.commands ?? [];
  return `next: ${shellLine(next ?? ['heddle', 'incident', 'close'])}`;
}

/** Text of `incident paper`: for people; a program takes the JSON, which can be checked. */
export const incidentPaperText: TextOf<IncidentPaperResult> = ({ account }, terminal) => [
  ...account.map((sentence) => terminal.safe(sentence)),
  'keep the paper itself with: heddle incident paper --json',
];

/** Text of `incident check`. */
export const incidentCheckText: TextOf<IncidentCheckResult> = (result, terminal) => [
  result.ok
    ? `${terminal.paint('good', 'good')}: this account was signed by ${terminal.safe(result.by)} at ${terminal.time(result.at)}`
    : `${terminal.paint('bad', 'not good')}: ${terminal.safe(result.why ?? '')}`,
  ...fieldLines({ operation: terminal.id(result.operation), key: `ed25519:${terminal.safe(result.holder)}` }),
  ...(result.ok ? result.account.map((sentence) => `  ${terminal.safe(sentence)}`) : []),
];
