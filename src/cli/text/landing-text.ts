import type { LandResult } from '#domain/results/landing-results.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { changedLines, countText, indented, type TextOf } from './shared-lines.ts';

/** Text of `land`. */
export const landText: TextOf<LandResult> = (result, terminal) => [
  headline(result, terminal),
  ...result.commits.flatMap(({ commit, message }) => [
    ...(commit === null ? [] : [`commit ${terminal.paint('id', terminal.safe(commit.slice(0, 12)))}`]),
    ...indented(message.trimEnd(), terminal),
  ]),
  ...changedLines(result.changed, terminal),
  ...result.worktrees.map(
    ({ directory, left }) =>
      `${terminal.safe(directory)} follows${left ? ', and the thread ended there' : ''}`,
  ),
  ...result.problems.flatMap(({ code, message, paths }) => [
    `${terminal.paint('warn', '!')} ${terminal.safe(`${code}: ${message}`)}`,
    ...paths.map((path) => `  ${terminal.safe(path)}`),
  ]),
];

function headline(
  { thread, branch, landed, dryRun, to, states, problems }: LandResult,
  terminal: Terminal,
): string {
  const [from, onto] = [thread, branch].map((name) => terminal.paint('place', terminal.safe(name)));
  if (landed && to !== null) {
    return `landed ${from} on ${onto}: ${countText(states.length, 'state')}, now at ${terminal.paint('id', terminal.safe(to.slice(0, 12)))}`;
  }
  if (!dryRun || states.length === 0) return `${from} has nothing that ${onto} lacks`;
  if (problems.length > 0) return `${from} cannot land on ${onto} yet`;
  return `would land ${from} on ${onto}: ${countText(states.length, 'state')}`;
}
