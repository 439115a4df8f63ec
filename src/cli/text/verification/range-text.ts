import type { VerifyRangeResult } from '#domain/results/boundary/verification-results.ts';
import { RANGE_RULES, RANGE_RULE_IDS, type RangeFinding } from '#domain/verification/range-rules.ts';
import { formatJson, type Terminal } from '#cli/terminal-text.ts';
import { countText, type TextOf } from '#cli/text/shared-lines.ts';

/** Text of `verify RANGE`: a line for each finding, what helps against each kind once, and what was looked at. */
export const verifyRangeText: TextOf<VerifyRangeResult> = (result, terminal) => {
  const { ok, findings, omitted, checked, attributed } = result;
  const rules = new Set(findings.map(({ rule }) => rule));
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const verdict = ok ? terminal.paint('good', 'good') : terminal.paint('bad', countText(errors, 'error'));
  const counts = [
    countText(checked.commits, 'commit'),
    countText(checked.files, 'file'),
    `${attributed.lines} of ${countText(checked.lines, 'line')} attributed`,
    ...(attributed.inferred === 0 ? [] : [`${attributed.inferred} of these inferred`]),
    countText(checked.states, 'state'),
    ...(warnings === 0 ? [] : [countText(warnings, 'warning')]),
  ];
  return [
    ...findings.map((finding) => findingLine(finding, terminal)),
    ...(omitted === 0 ? [] : [`and ${countText(omitted, 'finding')} more`]),
    ...RANGE_RULE_IDS.filter((rule) => rules.has(rule)).map(
      (rule) => `${terminal.paint('place', 'hint:')} ${rule}: ${RANGE_RULES[rule].help}`,
    ),
    `${verdict}: ${counts.join(', ')}`,
  ];
};

function findingLine(finding: RangeFinding, terminal: Terminal): string {
  const { rule, level, commit, path, message } = finding;
  const at = path === null ? '' : `${terminal.safe(path)}${linesText(finding)}`;
  const of = commit === null ? '' : ` (${terminal.safe(commit.slice(0, 12))})`;
  const where = at === '' ? terminal.safe(commit?.slice(0, 12) ?? 'heddle') : at;
  const told = level === 'error' ? terminal.paint('bad', 'error') : terminal.paint('warn', 'warning');
  return `${where}: ${told}: ${rule}: ${terminal.safe(message)}${at === '' ? '' : of}`;
}

function linesText({ line, lastLine }: RangeFinding): string {
  if (line === null) return '';
  return lastLine === null || lastLine === line ? `:${line}` : `:${line}-${lastLine}`;
}

/** The published object itself, for `--format json`. */
export const verifyRangeJson: TextOf<VerifyRangeResult> = (result) => [
  formatJson({ schema: 'heddle/verify-range/v1', ...result }),
];
