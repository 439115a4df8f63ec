import type { ClaimSummary, ThreadClaimResult, ThreadReleaseResult } from '#domain/results/thread-results.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { fieldLines, whoText, type TextOf } from '#cli/text/shared-lines.ts';

const PROCESS_WORDS: Readonly<Record<ClaimSummary['process'], string>> = {
  alive: 'alive',
  dead: 'gone',
  unknown: 'on another machine',
};

/** Text of `thread claim`. */
export const threadClaimText: TextOf<ThreadClaimResult> = ({ thread, created, claim }, terminal) => [
  `${terminal.paint('place', terminal.safe(thread))} is ${created ? 'claimed' : 'claimed already'}`,
  ...fieldLines({ by: byText(claim, terminal), process: processText(claim, terminal) }),
];

/** Text of `thread release`. */
export const threadReleaseText: TextOf<ThreadReleaseResult> = ({ thread, released, operation }, terminal) => {
  const where = terminal.paint('place', terminal.safe(thread));
  if (operation === null) return [`nobody claimed ${where}`];
  if (released === null) return [`ended a claim on ${where} that nobody could read`];
  return [`released ${where}, claimed by ${byText(released, terminal)}`];
};

/** Who holds a thread, for how long, and as what process; null where nobody does. */
export function claimText(claim: ClaimSummary | null, terminal: Terminal): string | null {
  return claim === null ? null : `by ${byText(claim, terminal)}, process ${processText(claim, terminal)}`;
}

function byText({ principal, agent, since }: ClaimSummary, terminal: Terminal): string {
  const who = whoText(principal, agent === null ? [] : [agent], terminal);
  return `${who} since ${terminal.time(since)}`;
}

function processText({ pid, process, ends }: ClaimSummary, terminal: Terminal): string {
  const until = ends === null ? '' : `, over ${terminal.distance(ends)}`;
  return `${pid}, ${PROCESS_WORDS[process]}${until}`;
}
