import type { AbortResult, ContinueResult, LandResult } from '#domain/results/landing-results.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { changedLines, countText, indented, type TextOf } from '#cli/text/shared-lines.ts';

/** Text of `land`. */
export const landText: TextOf<LandResult> = (result, terminal) => [
  headline(result, terminal),
  ...behindLines(result, terminal),
  ...result.commits.flatMap(({ commit, message }) => [
    ...(commit === null ? [] : [`commit ${terminal.paint('id', terminal.safe(commit.slice(0, 12)))}`]),
    ...indented(message.trimEnd(), terminal),
  ]),
  ...omittedLines(result),
  ...changedLines(result.changed, terminal),
  ...result.conflicts.map(
    ({ path, kind }) => `  ${terminal.paint('bad', 'C')} ${terminal.safe(path)} (${kind})`,
  ),
  ...result.worktrees.map(
    ({ directory, left }) =>
      `${terminal.safe(directory)} follows${left ? ', and the thread ended there' : ''}`,
  ),
  ...result.problems.flatMap(({ code, message, paths, advice, fix }) => [
    `${terminal.paint('warn', '!')} ${terminal.safe(`${code}: ${message}`)}`,
    ...paths.map((path) => `  ${terminal.safe(path)}`),
    ...(advice === null ? [] : [`  ${terminal.paint('place', 'hint:')} ${terminal.safe(advice)}`]),
    ...(fix === null ? [] : [`  ${terminal.paint('place', 'fix:')} ${terminal.safe(shellLine(fix))}`]),
  ]),
  ...pendingLines(result),
];

/** Text of `continue`. */
export const continueText: TextOf<ContinueResult> = (result, terminal) => [
  `resolved as ${terminal.id(result.state)} on ${terminal.paint('place', terminal.safe(result.thread))}`,
  ...landText(result, terminal),
];

/** Text of `abort`. */
export const abortText: TextOf<AbortResult> = ({ thread, branch, restored }, terminal) => [
  `took back the landing of ${terminal.safe(thread)} on ${terminal.safe(branch)}: files and index are as before`,
  ...changedLines(restored, terminal),
];

function headline(
  { thread, branch, landed, dryRun, to, states, problems, pending }: LandResult,
  terminal: Terminal,
): string {
  const [from, onto] = [thread, branch].map((name) => terminal.paint('place', terminal.safe(name)));
  if (landed && to !== null) {
    return `landed ${from} on ${onto}: ${countText(states.length, 'state')}, now at ${terminal.paint('id', terminal.safe(to.slice(0, 12)))}`;
  }
  if (pending !== null) return `${from} is in conflict with ${onto}: nothing was landed yet`;
  if (!dryRun || states.length === 0) return `${from} has nothing that ${onto} lacks`;
  if (problems.length > 0) return `${from} cannot land on ${onto} yet`;
  return `would land ${from} on ${onto}: ${countText(states.length, 'state')}`;
}

/** What came to the branch meanwhile is merged: nothing is to be done about it, but to know it. */
function behindLines(
  { branch, behind, states, conflicts }: LandResult,
  terminal: Terminal,
): readonly string[] {
  if (behind === null || behind === 0 || states.length === 0) return [];
  const merged = conflicts.length === 0 ? ', and is merged' : '';
  return [`${terminal.safe(branch)} went on by ${countText(behind, 'commit')} since${merged}`];
}

/** That there is nothing to land is said already. */
function omittedLines({ omitted, commits }: LandResult): readonly string[] {
  if (omitted.length === 0 || commits.length === 0) return [];
  const what = countText(omitted.length, 'state that changes nothing', 'states that change nothing');
  return [`no commit for ${what}`];
}

function pendingLines({ pending }: LandResult): readonly string[] {
  if (pending === null) return [];
  return ['resolve them here and `git add` each file, then run `heddle continue`; or run `heddle abort`'];
}
