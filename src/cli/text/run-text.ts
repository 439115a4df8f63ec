import type {
  RunExplainResult,
  RunListResult,
  RunResult,
  RunShowResult,
  RunSummary,
} from '#domain/results/run-results.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import type { Paint, Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, whoText, type TextOf } from './shared-lines.ts';
import { differenceLines, scopeFields } from './token-text.ts';

/** Text of `run`, beside what its program has printed. */
export const runText: TextOf<RunResult> = (run, terminal) => [
  `${terminal.paint('place', 'run:')} ${terminal.safe(run.agent)} ${endText(run, terminal)}${workText(run)}; see \`heddle run show ${terminal.id(run.run)}\``,
];

/** Text of `run list`: two lines for each. */
export const runListText: TextOf<RunListResult> = ({ runs, more }, terminal) => [
  ...(runs.length === 0 ? ['nothing was run here'] : runs.flatMap((run) => runLines(run, terminal))),
  ...(more === 0 ? [] : [`${countText(more, 'older run')}: see \`heddle run list --all\``]),
];

const PAINTS: Readonly<Record<RunSummary['status'], Paint>> = {
  running: 'good',
  orphaned: 'warn',
  ended: 'faint',
  unknown: 'warn',
};

function runLines(run: RunSummary, terminal: Terminal): readonly string[] {
  const who = whoText(run.principal, [...run.via, run.agent], terminal);
  const where = run.thread === null ? '' : ` on ${terminal.paint('place', terminal.safe(run.thread))}`;
  return [
    `${terminal.id(run.run)} ${terminal.paint(PAINTS[run.status], endText(run, terminal))}  ${who}${where}, began ${terminal.distance(run.startedAt)}${workText(run)}`,
    `    ${commandText(run, terminal)}`,
  ];
}

function commandText({ argv }: Pick<RunSummary, 'argv'>, terminal: Terminal): string {
  return terminal.safe(shellLine(argv));
}

const STATUS: Readonly<Record<RunSummary['status'], string>> = {
  running: 'running',
  orphaned: 'orphaned, still running',
  ended: 'ended',
  unknown: 'no end is known',
};

function endText({ status, outcome, code, signal }: RunSummary, terminal: Terminal): string {
  switch (outcome) {
    case null:
      return STATUS[status];
    case 'exited':
      return `exited ${code ?? ''}`.trim();
    case 'signalled':
      return `ended by ${terminal.safe(signal ?? 'a signal')}`;
    case 'timed-out':
      return 'ended at its deadline';
    case 'orphaned':
      return 'ended without its heddle';
    case 'not-started':
      return 'was not started';
  }
}

function workText({ states, denials }: RunSummary): string {
  if (states === null || denials === null) return '';
  return `: ${countText(states, 'state')}, ${countText(denials, 'denial')}`;
}

/** Text of `run show`. */
export const runShowText: TextOf<RunShowResult> = (run, terminal) => [
  `${terminal.id(run.run)} ${terminal.paint(PAINTS[run.status], endText(run, terminal))}`,
  ...fieldLines({
    command: commandText(run, terminal),
    hash: `BLAKE3 ${terminal.safe(run.argvHash)}, nonce ${terminal.safe(run.argvNonce)}`,
    'started by': whoText(run.principal, run.via, terminal),
    agent: terminal.safe(run.agent),
    thread: run.thread === null ? null : terminal.paint('place', terminal.safe(run.thread)),
    directory: run.cwd === null ? 'outside the work tree' : terminal.safe(run.cwd),
    began: terminal.time(run.startedAt),
    ended: run.endedAt === null ? null : terminal.time(run.endedAt),
    timeout: run.timeout === null ? null : secondsText(run.timeout),
    credential: run.credential === 'fd' ? 'descriptor 3' : 'a file, gone with the run',
    holder: `ed25519:${terminal.safe(run.holder)}`,
    block: terminal.safe(run.block),
    expires: run.expires === null ? null : terminal.time(run.expires),
    variables: terminal.safe(run.variables.join(' ')),
    'inside run': run.parent === null ? null : terminal.id(run.parent),
    supervisor: `process ${run.supervisor}`,
    states: idsText(run.states, run.stateIds, terminal),
    denials: idsText(run.denials, run.denialIds, terminal),
  }),
];

function idsText(count: number | null, ids: readonly string[], terminal: Terminal): string | null {
  if (count === null) return null;
  const more = count > ids.length ? [`and ${count - ids.length} more`] : [];
  return count === 0 ? 'none' : [...ids.map((id) => terminal.id(id)), ...more].join(' ');
}

function secondsText(milliseconds: number): string {
  return countText(milliseconds / 1000, 'second');
}

/** Text of `run --explain`. */
export const runExplainText: TextOf<RunExplainResult> = (result, terminal) => [
  `would run as ${terminal.safe(result.agent)}: ${commandText(result, terminal)}`,
  ...fieldLines({
    program: terminal.safe(result.program ?? 'is looked for once the directory is there'),
    directory: terminal.safe(result.cwd),
    makes: result.makes === null ? null : `a worktree in ${terminal.safe(result.makes)}`,
    thread: result.thread === null ? null : terminal.paint('place', terminal.safe(result.thread)),
    timeout: result.timeout === null ? 'none' : secondsText(result.timeout),
    variables: terminal.safe(result.variables.join(' ')),
    credential: result.credential === 'fd' ? 'descriptor 3' : 'a file that is removed at the end',
  }),
  'its token:',
  ...result.plain.map((line) => `  ${terminal.safe(line)}`),
  'together with the blocks before:',
  ...scopeFields(result.effective, terminal),
  ...differenceLines(result.diff, terminal),
  'nothing was started',
];
