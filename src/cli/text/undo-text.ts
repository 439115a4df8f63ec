import type { OperationKind } from '#domain/operation/operation.ts';
import type {
  RedoResult,
  UndoListResult,
  UndoPreviewResult,
  UndoResult,
  UndoTarget,
} from '#domain/results/undo-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, type TextOf } from './shared-lines.ts';

/** Text of `undo`. */
export const undoText: TextOf<UndoResult> = ({ undone, op, states }, terminal) => [
  `undid ${op} (${terminal.id(undone)})`,
  ...(op === 'redact'
    ? [`  what it hid is back in ${countText(states.length, 'state')}`]
    : states.map((state) => `  the thread is at ${terminal.id(state)} again`)),
  ...frozenLines(op === 'unfreeze', { op, verb: 'is' }),
  ...(WAITS_AGAIN.has(op)
    ? ['  the landing waits again: `heddle continue` lands it, `heddle abort` takes it back']
    : []),
];

const WAITS_AGAIN: ReadonlySet<OperationKind> = new Set(['continue', 'abort']);

/** What becomes of the freeze that an operation began or ended; empty where it did neither. */
function frozenLines(
  frozen: boolean,
  { op, verb }: { readonly op: OperationKind; readonly verb: 'is' | 'would be' },
): readonly string[] {
  if (op !== 'freeze' && op !== 'unfreeze') return [];
  return [`  the repository ${verb} ${frozen ? 'frozen again' : 'no longer frozen'}`];
}

/** Text of `redo`. */
export const redoText: TextOf<RedoResult> = ({ redone, op, states }, terminal) => [
  `did ${op} again (${terminal.id(redone)})`,
  ...states.map((state) => `  the thread is at ${terminal.id(state)} again`),
  ...frozenLines(op === 'freeze', { op, verb: 'is' }),
  ...(ANEW[op] ?? []),
];

/** What came of what is done anew, and moves no thread to a state. */
const ANEW: Partial<Record<OperationKind, readonly string[]>> = {
  'thread-drop': ['  its thread is out of the list again; `heddle undo` has it back'],
  restore: ['  its files are restored again'],
  land: ['  its commits are on the branch again'],
};

/** Text of `undo --list`. */
export const undoListText: TextOf<UndoListResult> = ({ operations }, terminal) => {
  if (operations.length === 0) return ['nothing of yours to undo or redo'];
  const rows = operations.map(({ status, by, ...target }) => [
    ...targetCells(target, terminal),
    status === 'stands' ? ['can be undone', ...byCell(by, terminal)].join(' ') : '',
  ]);
  // A reason is a sentence: it would make each row as wide.
  return columns(rows, [(cell) => terminal.paint('id', cell)]).flatMap((line, index) => {
    const { status, why, by } = operations[index] ?? { status: 'stands', why: null, by: null };
    const reason = [terminal.safe(why ?? ''), ...byCell(by, terminal)].filter((part) => part !== '');
    return status === 'stands' ? [line] : [line.trimEnd(), `  ${reason.join(' ')}`];
  });
};

function byCell(by: UndoListResult['operations'][number]['by'], terminal: Terminal): readonly string[] {
  return by === null ? [] : [`(${terminal.id(by)})`];
}

function targetCells({ id, at, op, resource }: UndoTarget, terminal: Terminal): readonly string[] {
  return [terminal.safe(id.slice(0, 11)), terminal.time(at), op, terminal.safe(resource ?? '')];
}

/** Of what undo and redo move a thread alone; a split gives its worktrees their files back, a drop takes them away. */
const FILES_STAY: ReadonlySet<OperationKind> = new Set(['capture', 'continue']);

/** Text of `undo --preview` and `redo --preview`. */
export const undoPreviewText: TextOf<UndoPreviewResult> = (
  { does, target, own, needs, denied, plan },
  terminal,
) => {
  const who = own ? 'yours' : `by ${terminal.safe(target.agent ?? target.principal)}`;
  return [
    `would ${does} ${terminal.safe(target.op)} (${terminal.id(target.id)}), ${who}, of ${terminal.time(target.at)}`,
    ...needs.resources.map(
      (resource) => `  needs ${terminal.safe(needs.operation)} on ${terminal.safe(resource)}`,
    ),
    ...(denied === null
      ? []
      : [
          `  you would be denied: ${terminal.safe(denied)}; \`heddle can ${terminal.safe(`${needs.operation} ${needs.resources[0] ?? ''}`)}\` tells why`,
        ]),
    ...(plan?.threads ?? []).flatMap(({ thread, to, changed }) => [
      `  ${terminal.paint('place', terminal.safe(thread))} would be at ${to === null ? 'no state' : terminal.id(to)}${FILES_STAY.has(target.op) ? '; files of the work tree stay' : ''}`,
      ...changed.map(({ path, change }) => `    ${change} ${terminal.safe(path)}`),
    ]),
    ...(plan === null
      ? []
      : frozenLines(target.op === (does === 'undo' ? 'unfreeze' : 'freeze'), {
          op: target.op,
          verb: 'would be',
        })),
    ...(plan?.record === true ? ['  a record of the authority chain would say so'] : []),
  ];
};
