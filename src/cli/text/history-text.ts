import type { StateId } from '#domain/id.ts';
import type {
  ClaimSummary,
  ThreadDropResult,
  ThreadRenameResult,
  ThreadSplitResult,
} from '#domain/results/thread-results.ts';
import type {
  DoctorResult,
  OplogEntry,
  OplogResult,
  ThreadListResult,
  ThreadShowResult,
  ThreadSummary,
  VerifyResult,
} from '#domain/results/work-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { claimText } from './threads/claim-text.ts';
import { changedLines, countText, fieldLines, findingLines, whoText, type TextOf } from './shared-lines.ts';

/** Text of `thread list`. */
export const threadListText: TextOf<ThreadListResult> = ({ threads }, terminal) => {
  if (threads.length === 0) return ['no threads yet'];
  const rows = threads.map((thread) => [
    `${thread.current ? '*' : ' '} ${terminal.safe(thread.thread)}`,
    countText(thread.states, 'state'),
    thread.capturedAt === null ? '' : terminal.time(thread.capturedAt),
    whoText(thread.principal, thread.via, terminal),
    terminal.safe(thread.task ?? ''),
    placeTexts(thread, terminal).join('  '),
  ]);
  return columns(rows, [(cell) => terminal.paint('place', cell)]);
};

/** Text of `thread show`. */
export const threadShowText: TextOf<ThreadShowResult> = (result, terminal) => [
  `${terminal.paint('place', terminal.safe(result.thread))}${result.current ? ', the thread of this worktree' : ''}`,
  ...fieldLines({
    task: terminal.safe(result.task ?? ''),
    ...headFields(result, terminal),
    started: startedText(result, terminal),
    from: result.from === null ? null : terminal.id(result.from),
    base: result.base === null ? null : `commit ${terminal.safe(result.base.slice(0, 12))}`,
    worktree: terminal.safe(result.worktree ?? ''),
    claimed: claimText(result.claim, terminal),
    missing: result.missing.map(terminal.safe).join('; '),
    elsewhere: result.diverged.length === 0 ? null : divergedText(result.diverged, terminal),
  }),
];

/** Where else it is worked on, who alone may write to it, and what others made of it. */
function placeTexts(
  { current, worktree, claim, diverged }: ThreadSummary,
  terminal: Terminal,
): readonly string[] {
  return [
    ...(current || worktree === null ? [] : [`in ${terminal.safe(worktree)}`]),
    ...(claim === null ? [] : [terminal.paint('warn', holderText(claim, terminal))]),
    ...(diverged.length === 0 ? [] : [terminal.paint('warn', divergedText(diverged, terminal))]),
  ];
}

function holderText({ principal, agent, process }: ClaimSummary, terminal: Terminal): string {
  const gone = process === 'dead' ? ', whose process is gone' : '';
  return `claimed by ${terminal.safe(agent ?? principal)}${gone}`;
}

function divergedText(states: readonly StateId[], terminal: Terminal): string {
  return `went another way to ${states.map((state) => terminal.id(state)).join(', ')}`;
}

/** Text of `thread drop`. */
export const threadDropText: TextOf<ThreadDropResult> = (
  { thread, head, captured, removed, left },
  terminal,
) => [
  `dropped ${terminal.paint('place', terminal.safe(thread))}`,
  ...(head === null ? [] : [`  its states are kept, up to ${terminal.id(head)}`]),
  ...captured.map((state) => `  ${terminal.id(state)} holds what was not captured`),
  ...removed.map((directory) => `  took ${terminal.safe(directory)} away`),
  ...left.map(
    (directory) =>
      `  ${terminal.safe(directory)} stays, with its files: it is the main worktree, or where you stand`,
  ),
];

/** Text of `thread rename`. */
export const threadRenameText: TextOf<ThreadRenameResult> = (
  { thread, from, state, worktrees },
  terminal,
) => [
  `${terminal.paint('place', terminal.safe(from))} is called ${terminal.paint('place', terminal.safe(thread))}`,
  ...(state === null ? [] : [`  it goes on from ${terminal.id(state)}, which changes nothing`]),
  ...worktrees.map((directory) => `  ${terminal.safe(directory)} stands on it`),
];

/** Text of `thread split`. */
export const threadSplitText: TextOf<ThreadSplitResult> = (result, terminal) => {
  const [into, from] = [result.thread, result.from].map((name) =>
    terminal.paint('place', terminal.safe(name)),
  );
  const { state, left, dryRun, worktree } = result;
  const loses = left === null ? [] : [`  ${from} goes on without it, from ${terminal.id(left)}`];
  return [
    `${dryRun ? 'would split' : 'split'} ${into} from ${from}${state === null ? '' : `, at ${terminal.id(state)}`}`,
    ...changedLines(result.changed, terminal),
    ...loses,
    ...(worktree === null ? [] : [`  worktree ${terminal.safe(worktree)}`]),
    ...(dryRun ? ['nothing was changed'] : []),
  ];
};

function headFields(thread: ThreadSummary, terminal: Terminal): Readonly<Record<string, string | null>> {
  if (thread.head === null) return { head: 'nothing captured yet' };
  return {
    head: `${terminal.id(thread.head)}, ${countText(thread.states, 'state')}`,
    by: whoText(thread.principal, thread.via, terminal),
    captured: thread.capturedAt === null ? null : terminal.time(thread.capturedAt),
  };
}

function startedText({ startedAt, startedBy }: ThreadShowResult, terminal: Terminal): string | null {
  if (startedAt === null) return null;
  return `${terminal.time(startedAt)}${startedBy === null ? '' : ` by ${terminal.safe(startedBy)}`}`;
}

/** Text of `oplog`. */
export const oplogText: TextOf<OplogResult> = ({ operations }, terminal) =>
  operations.length === 0
    ? ['no operations yet']
    : columns(
        operations.map((entry) => entryCells(entry, terminal)),
        [(cell) => terminal.paint('id', cell)],
      );

function entryCells(entry: OplogEntry, terminal: Terminal): readonly string[] {
  const verdict = entry.verdict === 'allow' ? '' : `denied at ${entry.stage ?? '?'}: ${entry.code ?? '?'}`;
  return [
    terminal.safe(entry.id.slice(0, 11)),
    terminal.time(entry.at),
    entry.breakGlass ? `${entry.op} as break-glass` : entry.op,
    // A receipt and a beginning are the clone's own: nobody acts in them.
    entry.op === 'receipt' || entry.op === 'adopt'
      ? terminal.safe(`clone ${entry.replica.slice(0, 11)}`)
      : whoText(entry.actor.principal, entry.via, terminal),
    terminal.safe([entry.resource ?? '', verdict].filter((part) => part !== '').join('  ')),
  ];
}

/** Text of `verify`. */
export const verifyText: TextOf<VerifyResult> = ({ ok, checked, findings }, terminal) => {
  const counts = Object.entries(checked).map(([kind, count]) => `${kind} ${count}`);
  return [
    ...findingLines(findings, terminal),
    `${ok ? terminal.paint('good', 'good') : terminal.paint('bad', countText(findings.length, 'finding'))}: checked ${counts.join(', ')}`,
  ];
};

const INDEX_TEXTS: Readonly<Record<DoctorResult['index']['status'], string>> = {
  current: 'up to date',
  behind: 'brought up to date when it is needed next',
  missing: 'made when it is needed',
  damaged: 'damaged, and not used',
  locked: 'in use by another process',
  rebuilt: 'made anew',
};

/** Text of `doctor`. */
export const doctorText: TextOf<DoctorResult> = ({ ok, index, findings }, terminal) => {
  const entries = index.entries === null ? '' : `, ${countText(index.entries, 'entry', 'entries')}`;
  return [
    ...findingLines(findings, terminal),
    `${ok ? terminal.paint('good', 'good') : terminal.paint('bad', countText(findings.length, 'finding'))}: local index ${INDEX_TEXTS[index.status]}${entries}`,
  ];
};
