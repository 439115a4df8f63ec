import type { StateSummary } from '#domain/results/work-results.ts';
import type { LineClaim } from '#domain/results/attribution-results.ts';
import type { BlameLine, BlameResult, WhoResult, WhoShare } from '#domain/results/blame-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, redactionLines, type TextOf } from './shared-lines.ts';

const COMMIT_LETTERS = 11;

/** Text of `blame`: one line for each line, and above them what cannot be shown. */
export const blameText: TextOf<BlameResult> = ({ lines, states, redacted }, terminal) => {
  // A state brings many lines in.
  const known = new Map(states.map((state) => [state.state, stateCells(state, terminal)]));
  const nobody = [terminal.paint('faint', 'unattributed'), ''] as const;
  const rows = lines.map((line) => {
    const cells = line.state === null ? undefined : known.get(line.state);
    const whose = line.claim === null ? (cells ?? nobody) : claimCells(line.claim, terminal);
    return [originCell(line, terminal), ...whose, `${line.line})`];
  });
  const heads = columns(rows, [(cell) => terminal.paint('id', cell)]);
  return [
    ...redactionLines(redacted, terminal),
    ...lines.map(({ text }, index) => `${heads[index] ?? ''} ${terminal.safe(text)}`.trimEnd()),
  ];
};

function originCell({ state, commit, how }: BlameLine, terminal: Terminal): string {
  const mark = how === 'inferred' ? '~' : ' ';
  if (state !== null) return `${mark}${terminal.safe(state.slice(0, COMMIT_LETTERS))}`;
  const claimed = how === 'claimed' ? '?' : ' ';
  return commit === null ? ' not captured' : `${claimed}${terminal.safe(commit.slice(0, COMMIT_LETTERS))}`;
}

function stateCells(state: StateSummary, terminal: Terminal): readonly [string, string] {
  const { principal, agent, model } = state.actor;
  const who = agent === null ? principal : model === null ? agent : `${agent} (${model})`;
  const doubt = isVouchedFor(state) ? '' : `, ${state.attestation}`;
  return [terminal.safe(who) + doubt, terminal.time(state.capturedAt)];
}

/** Another tool's word looks like no actor. */
function claimCells({ source, by, tool, model }: LineClaim, terminal: Terminal): readonly [string, string] {
  const named = model === null ? (tool ?? '') : tool === null ? `(${model})` : `${tool} (${model})`;
  const whose = [by === 'ai' && named !== '' ? '' : by, by === 'human' ? '' : named].filter(
    (text) => text !== '',
  );
  return [terminal.paint('faint', terminal.safe(`${source} says ${whose.join(' ')}`)), ''];
}

/** False where nothing but the state itself says whose it is. */
function isVouchedFor({ attestation }: StateSummary): boolean {
  return attestation === 'verified';
}

/** Text of `who`. */
export const whoText: TextOf<WhoResult> = ({ files, lines, unattributed, shares, skipped }, terminal) => {
  const rows = [
    ...shares.map((share) => [
      percent(share.lines, lines),
      countText(share.lines, 'line'),
      whose(share, terminal),
      `${countText(share.states, 'state')}${share.inferred === 0 ? '' : `, ${share.inferred} inferred`}`,
    ]),
    ...(unattributed === 0
      ? []
      : [[percent(unattributed, lines), countText(unattributed, 'line'), 'unattributed', '']]),
  ];
  return [
    ...columns(rows),
    ...skipped.map(
      ({ path, why }) => `${terminal.paint('warn', '!')} ${terminal.safe(path)}: ${terminal.safe(why)}`,
    ),
    `${countText(lines, 'line')} in ${countText(files, 'file')}`,
  ];
};

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`.padStart(5);
}

function whose({ principal, agent, provider, model }: WhoShare, terminal: Terminal): string {
  const who = agent === null ? principal : `${principal} via ${agent}`;
  return terminal.safe(model === null ? who : `${who} (${provider ?? '?'}/${model})`);
}
