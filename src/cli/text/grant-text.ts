import type { CanMatrixResult, MatrixCell } from '#domain/results/decision-results.ts';
import type {
  EffectiveRole,
  GrantAddResult,
  GrantListResult,
  GrantLogEntry,
  GrantLogResult,
  GrantRemoveResult,
  GrantResult,
} from '#domain/results/grant-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { indented, roleText, whoText, type TextOf } from './shared-lines.ts';

/** Text of `grant add`. */
export const grantAddText: TextOf<GrantAddResult> = ({ grant }, terminal) => [
  `${terminal.safe(grant.principal)} is ${roleText({ role: grant.role, at: grant.resource }, terminal)}${untilText(grant, terminal)} (grant ${terminal.id(grant.id)})`,
  ...indented(grant.reason ?? '', terminal),
];

/** Text of `grant remove`. */
export const grantRemoveText: TextOf<GrantRemoveResult> = ({ grant, reason }, terminal) => [
  `${terminal.safe(grant.principal)} is no longer ${roleText({ role: grant.role, at: grant.resource }, terminal)}`,
  ...indented(reason ?? '', terminal),
];

/** Text of `grant list`: what grants come to first, where that was asked for. */
export const grantListText: TextOf<GrantListResult> = ({ grants, effective }, terminal) => {
  const rows = grants.map((grant) => [
    terminal.safe(grant.principal),
    grant.role,
    terminal.safe(grant.resource),
    ...(grant.reach === null ? [] : [grant.reach]),
    `by ${terminal.safe(grant.by)}, ${grant.since.slice(0, 10)}${untilText(grant, terminal)}`,
    terminal.safe(grant.id),
  ]);
  const list = rows.length === 0 ? ['no grants'] : columns(rows);
  if (effective === null) return list;
  return [...effective.map((role) => effectiveText(role, terminal)), '', ...list];
};

function effectiveText(
  { principal, registered, at, held, reach }: EffectiveRole,
  terminal: Terminal,
): string {
  const who = terminal.safe(principal);
  if (!registered) return `${who} has no keys registered here: no grant gives it anything`;
  if (held === null) return `${who} holds nothing at ${terminal.safe(at)}`;
  const from = reach === 'direct' ? 'granted there' : `inherited from ${terminal.safe(held.at)}`;
  return `${who} is ${roleText({ role: held.role, at }, terminal)}, ${from} (grant ${terminal.id(held.grant)})`;
}

/** Text of `grant log`. */
export const grantLogText: TextOf<GrantLogResult> = ({ entries }, terminal) =>
  entries.length === 0 ? ['no grants yet'] : entries.flatMap((entry) => logLines(entry, terminal));

function logLines(
  { action, at, by, reason, grant, status }: GrantLogEntry,
  terminal: Terminal,
): readonly string[] {
  const role = roleText({ role: grant.role, at: grant.resource }, terminal);
  const gave = action === 'add';
  const what = gave ? terminal.paint('good', 'gave') : terminal.paint('bad', 'took');
  const whom = `${gave ? 'to' : 'from'} ${terminal.safe(grant.principal)}`;
  const since = gave && status !== 'active' ? `, ${status} since` : '';
  return [
    `${terminal.time(at)}  ${terminal.safe(by)} ${what} ${role} ${whom}${untilText(grant, terminal)}${since} (grant ${terminal.id(grant.id)})`,
    ...indented(reason ?? '', terminal),
  ];
}

function untilText({ until }: GrantResult, terminal: Terminal): string {
  return until === null ? '' : ` until ${terminal.time(until)}`;
}

/** Text of `can --matrix`: a row for each operation, a column for each resource. */
export const canMatrixText: TextOf<CanMatrixResult> = (result, terminal) => {
  const head = ['operation', 'needs', ...result.resources.map(terminal.safe)];
  const rows = result.rows.map(({ operation, role, cells }) => [
    terminal.safe(operation),
    role,
    ...cells.map((cell) => terminal.safe(cellText(cell))),
  ]);
  const asked = whoText(result.principal, result.via, terminal);
  return [
    result.as === null ? `what ${asked} may do` : `what ${asked} may do in person`,
    ...columns([head, ...rows]),
  ];
};

function cellText({ answer, code }: MatrixCell): string {
  switch (answer) {
    case 'yes':
      return 'yes';
    case 'own':
      return 'own';
    case 'no':
      return `no: ${code ?? ''}`;
  }
}
