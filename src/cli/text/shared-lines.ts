import type { RoleAt } from '#domain/results/grant-results.ts';
import type { BudgetResult } from '#domain/results/token-results.ts';
import type { Attention, ChangedPath, Finding, UnfaithfulPath } from '#domain/result-parts.ts';
import type { RedactionNotice, StateSummary } from '#domain/results/work-results.ts';
import { budgetWords } from '#domain/token/token-words.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { columns, escapeBlock, type Paint, type Terminal } from '#cli/terminal-text.ts';

/** Lines for one kind of answer, safe for a terminal. */
export type TextOf<Result> = (result: Result, terminal: Terminal) => readonly string[];

const LETTERS: Readonly<Record<ChangedPath['change'], readonly [string, Paint]>> = {
  added: ['A', 'good'],
  modified: ['M', 'warn'],
  deleted: ['D', 'bad'],
  type: ['T', 'warn'],
};

/** One line for each path, with the letter that git uses. */
export function changedLines(changed: readonly ChangedPath[], terminal: Terminal): readonly string[] {
  return changed.map(({ path, change }) => {
    const [letter, paint] = LETTERS[change];
    return `  ${terminal.paint(paint, letter)} ${terminal.safe(path)}`;
  });
}

/** Files whose bytes a checkout would change. */
export function unfaithfulLines(
  unfaithful: readonly UnfaithfulPath[],
  terminal: Terminal,
): readonly string[] {
  return unfaithful.map(
    ({ path, why }) =>
      `  ${terminal.paint('warn', '!')} ${terminal.safe(path)}: comes back changed, ${terminal.safe(why)}`,
  );
}

/** `1 state`, `2 states`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A principal and the agents it acted through. */
export function whoText(principal: string | null, via: readonly string[], terminal: Terminal): string {
  const name = terminal.safe(principal ?? 'nobody');
  return via.length === 0 ? name : `${name} via ${via.map(terminal.safe).join(' > ')}`;
}

/** Who acted in a state, with the model where one is named. */
export function actorText({ actor, via }: StateSummary, terminal: Terminal): string {
  const agents = via.length === 0 && actor.agent !== null ? [actor.agent] : via;
  const model = actor.model === null ? '' : ` (${terminal.safe(`${actor.provider ?? '?'}/${actor.model}`)})`;
  return whoText(actor.principal, agents, terminal) + model;
}

/** A state on one line, its intent below. */
export function stateLines(state: StateSummary, terminal: Terminal): readonly string[] {
  const badge = terminal.paint(state.attestation === 'verified' ? 'good' : 'bad', state.attestation);
  const sure = state.actor.confidence === null ? '' : `  sure ${terminal.safe(state.actor.confidence)}`;
  const head = [terminal.id(state.state), terminal.time(state.capturedAt), actorText(state, terminal), badge];
  return [
    head.join('  ') + sure,
    ...indented(state.intent ?? '', terminal),
    ...redactionLines(state.redacted, terminal).map((line) => `    ${line}`),
  ];
}

/** What stands hidden or was left out, one line each. */
export function redactionLines(redacted: readonly RedactionNotice[], terminal: Terminal): readonly string[] {
  return redacted.map(({ path, tombstone, by, at, reason, reasonCode, purged }) => {
    const who = `by ${terminal.safe(by)} at ${terminal.time(at)}`;
    const what = `redacted ${terminal.id(tombstone)} ${who}: ${terminal.safe(reason ?? reasonCode)}`;
    const where = path === null ? 'what was written in it' : terminal.safe(path);
    return `${terminal.paint('warn', what)}  ${where}${purged ? ' (purged)' : ''}`;
  });
}

/** Text of many lines, four spaces in. */
export function indented(text: string, terminal: Terminal): readonly string[] {
  return text === '' ? [] : text.split('\n').map((line) => `    ${terminal.safe(line)}`.trimEnd());
}

/** A patch with git's colours, made from plain text: colour codes inside it are shown escaped. */
export function patchLines(patch: string, terminal: Terminal): readonly string[] {
  return escapeBlock(patch)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const paint = PATCH_PAINTS.find(([start]) => line.startsWith(start))?.[1];
      return paint === undefined ? line : terminal.paint(paint, line);
    });
}

const PATCH_PAINTS: readonly (readonly [string, Paint])[] = [
  ['diff ', 'head'],
  ['--- ', 'head'],
  ['+++ ', 'head'],
  ['@@', 'place'],
  ['+', 'good'],
  ['-', 'bad'],
];

/** Lines under a title; nothing where there are none. */
export function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** Defects, one line each. */
export function findingLines(findings: readonly Finding[], terminal: Terminal): readonly string[] {
  return findings.map(
    ({ kind, subject, message }) =>
      `${terminal.paint('bad', terminal.safe(kind))}  ${terminal.safe(subject)}: ${terminal.safe(message)}`,
  );
}

/** `developer at acme/core`. */
export function roleText({ role, at }: RoleAt, terminal: Terminal): string {
  return `${role} at ${terminal.paint('place', terminal.safe(at))}`;
}

/** Labels and what stands beside them. */
export type Fields = Readonly<Record<string, string | null>>;

/** Labels and values in two columns, two spaces in; empty values are left out. */
export function fieldLines(fields: Fields): readonly string[] {
  const rows = Object.entries(fields).flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[`  ${name}`, value]],
  );
  return columns(rows);
}

/** Resources that a credential is bound to, in a block each: two blocks that say the same say it once. */
export function onlyText(blocks: readonly (readonly string[])[], terminal: Terminal): string {
  return [...new Set(blocks.map((any) => any.map(terminal.safe).join(' or ')))].join(' and ');
}

/** `7 of 10 states left, 12 of 30 minutes left`; null where nothing is limited. */
export function budgetsText(budgets: readonly BudgetResult[]): string | null {
  const texts = budgets.map(({ budget, atMost, left }) =>
    left === null
      ? `at most ${budgetWords(budget, atMost)}`
      : `${left} of ${budgetWords(budget, atMost)} left`,
  );
  return texts.length === 0 ? null : texts.join(', ');
}

/** What to do next, and how. */
export function attentionLines(attention: Attention, terminal: Terminal): readonly string[] {
  return attention.flatMap(({ message, command }) => [
    `${terminal.paint('warn', '!')} ${terminal.safe(message)}`,
    ...(command === null ? [] : [`  ${terminal.safe(shellLine(command))}`]),
  ]);
}
