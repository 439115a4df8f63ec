import type {
  PurgeApproveResult,
  PurgeProposal,
  PurgeProposalsResult,
  PurgeProposeResult,
} from '#domain/results/removal/proposal-results.ts';
import { type Instant, formatDuration, instantWords } from '#domain/time.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, indented, whoText, type TextOf } from '#cli/text/shared-lines.ts';

/** Text of `purge propose`. */
export const purgeProposeText: TextOf<PurgeProposeResult> = ({ created, proposal, fix }, terminal) => {
  if (proposal === null) {
    const next = fix === null ? [] : fieldLines({ next: terminal.safe(shellLine(fix)) });
    return ['nobody else has to agree to this purge: nothing was proposed', ...next];
  }
  const id = terminal.id(proposal.request);
  return [created ? `proposed ${id}` : `${id} proposes this already`, ...proposalLines(proposal, terminal)];
};

/** Text of `purge approve`. */
export const purgeApproveText: TextOf<PurgeApproveResult> = ({ proposal, dryRun }, terminal) => {
  const id = terminal.id(proposal.request);
  return [
    dryRun ? `would agree to ${id}` : `agreed to ${id}`,
    ...proposalLines(proposal, terminal),
    ...(dryRun ? ['nothing was changed'] : []),
  ];
};

/** Text of `purge proposals`. */
export const purgeProposalsText: TextOf<PurgeProposalsResult> = ({ proposals, damaged }, terminal) => [
  ...(proposals.length === 0 ? ['no purge is proposed'] : []),
  ...proposals.flatMap((proposal) => [
    `${terminal.id(proposal.request)}  ${statusText(proposal, terminal)}`,
    ...proposalLines(proposal, terminal),
  ]),
  ...(damaged === 0
    ? []
    : [`${countText(damaged, 'record')} left out; \`heddle verify\` says what is wrong`]),
];

const PAINT = {
  open: 'warn',
  approved: 'good',
  denied: 'bad',
  expired: 'place',
  used: 'place',
  void: 'place',
} as const;

const WORDS = {
  open: 'open',
  approved: 'ready',
  denied: 'cancelled',
  expired: 'expired',
  used: 'done',
  void: 'void: policies or owners have changed, propose again',
} as const;

function statusText({ status }: PurgeProposal, terminal: Terminal): string {
  return terminal.paint(PAINT[status], WORDS[status]);
}

/** Everything that somebody agrees to, in full: no list is cut short. */
function proposalLines(proposal: PurgeProposal, terminal: Terminal): readonly string[] {
  const { tombstone, redacted, paths, resources, states, principal, via, reason, at, expires, rewriteGit } =
    proposal;
  return [
    ...fieldLines({
      destroys: `what ${terminal.safe(tombstone)} hides, for good${states === 0 ? '' : `, of ${countText(states, 'state')}`}`,
      rewrites: rewriteGit ? "Git's own history, where it holds it" : null,
      redacted: redacted === null ? null : terminal.safe(redacted),
      files: paths.length === 0 ? null : paths.map(terminal.safe).join(', '),
    }),
    ...resources.map((resource) => `    ${terminal.safe(resource)}`),
    ...fieldLines({ 'asked by': `${whoText(principal, via, terminal)} at ${at}` }),
    ...indented(reason ?? '', terminal),
    ...proposal.approvals.flatMap((one) => [
      ...fieldLines({ agreed: `${terminal.safe(one.principal)} at ${one.at}` }),
      ...indented(one.reason ?? '', terminal),
    ]),
    ...(isLive(proposal) ? fieldLines({ needs: needsText(proposal, terminal), ends: expires }) : []),
    ...nextLines(proposal, terminal),
  ];
}

function isLive({ status }: PurgeProposal): boolean {
  return status === 'open' || status === 'approved';
}

function needsText(
  { quorum, people, excluded, wait, earliest }: PurgeProposal,
  terminal: Terminal,
): string | null {
  const who = people.length === 0 ? '' : `: ${people.map(terminal.safe).join(', ')}`;
  const asks = quorum !== null && (quorum > 1 || excluded.length > 0);
  const count = asks ? [`${people.length} of ${quorum} people agree${who}`] : [];
  const apart = excluded.length === 0 ? [] : [`not counted: ${excluded.map(terminal.safe).join(', ')}`];
  const waits = wait === null ? [] : [`a wait of ${formatDuration(wait)}, ${untilText(earliest)}`];
  const parts = [...count, ...apart, ...waits];
  return parts.length === 0 ? null : parts.join('; ');
}

function untilText(earliest: Instant | null): string {
  return earliest === null ? 'which begins when somebody agrees' : `until ${instantWords(earliest)}`;
}

function nextLines({ next, why }: PurgeProposal, terminal: Terminal): readonly string[] {
  if (next === null) return fieldLines({ next: why === null ? null : `nothing yet: ${terminal.safe(why)}` });
  const by = next.who.length === 0 ? null : next.who.map(terminal.safe).join(', ');
  return fieldLines({ next: terminal.safe(shellLine(next.argv)), 'run by': by });
}
