import type { FailedCheck, Fix, HeldRole, RecordedDenial, Via } from '#domain/decision/decision.ts';
import { denialResult } from '#domain/decision/denial-result.ts';
import { shortId } from '#domain/id.ts';
import { RULE_WORDS } from '#domain/policy/rule-changes.ts';
import type { DenialResult } from '#domain/results/decision-results.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { escapeText, type Terminal } from './terminal-text.ts';

const LABEL = 11;
const ROLE = 24;
const KEY_LETTERS = 8;

/** A denial for people: the lines of stderr, safe for a terminal. */
export function denialText(recorded: RecordedDenial, terminal: Terminal): readonly string[] {
  const lead = terminal.paint('bad', 'error:');
  return denialLines(denialResult(recorded), { terminal, lead });
}

/** The same from the published form, with another word in front. */
export function denialLines(
  denial: DenialResult,
  { terminal, lead }: { readonly terminal: Terminal; readonly lead: string },
): readonly string[] {
  const recorded = denial.id === null ? '' : ` · recorded as ${shortId(denial.id)}…`;
  return [
    `${lead} denied at ${denial.stage}: ${terminal.safe(denial.operation)} on ${terminal.safe(denial.resource)}`,
    ...labelled('reason', reasonText(denial)),
    ...labelled('refused', otherResources(denial)),
    ...labelled('principal', [principalText(denial)]),
    ...labelled('required', requiredText(denial)),
    ...labelled('held', denial.required === null ? [] : [holdsText(denial), ...nearestText(denial.nearest)]),
    ...labelled('scope', scopeText(denial)),
    ...labelled('policy', ruleText(denial)),
    ...fixesText(denial),
    ...labelled('ask', askText(denial)),
    `  ${escapeText(denial.preserved)}${recorded}`,
  ];
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL)}${line}`);
}

/** The other lines say it all where a role or a check was missing. */
function reasonText({ stage, failed, message }: DenialResult): readonly string[] {
  return stage === 'role' || failed.length > 0 ? [] : [escapeText(message)];
}

function principalText({ principal, via }: DenialResult): string {
  if (principal === null) return 'nobody: no credential was given';
  const agents = via.map(viaText).join(', then ');
  return escapeText(principal) + (agents === '' ? '' : `, acting through ${agents}`);
}

function viaText({ agent, key }: Via): string {
  return `${escapeText(agent)} (ed25519:${key.slice(0, KEY_LETTERS)}…)`;
}

function otherResources({ resource, denied }: DenialResult): readonly string[] {
  return denied.length > 1 || denied[0] !== resource ? denied.map(escapeText) : [];
}

function requiredText({ required }: DenialResult): readonly string[] {
  return required === null ? [] : [`${required.role} at ${escapeText(required.at)}`];
}

function nearestText(nearest: HeldRole | null): readonly string[] {
  return nearest === null ? [] : [`nearest: ${heldText(nearest)}`];
}

/** Before a credential proved who asks, nobody looked for what they hold. */
function holdsText({ held, stage }: DenialResult): string {
  if (held !== null) return heldText(held);
  return stage === 'freeze' || stage === 'credential' ? 'not asked' : 'nothing there';
}

function heldText(held: HeldRole): string {
  const role = `${held.role} at ${escapeText(held.at)}`.padEnd(ROLE);
  return `${role}  (grant ${shortId(held.grant)}…, by ${escapeText(held.by)}, ${held.since.slice(0, 10)})`;
}

function scopeText(denial: DenialResult): readonly string[] {
  if (denial.failed.length > 0) return denial.failed.flatMap(failedText);
  if (!denial.gates.includes('scope')) return ['not asked'];
  if (denial.stage === 'scope') return ['failed'];
  const blocks = (denial.via.at(-1)?.block ?? 0) + 1;
  return [`passed: ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`];
}

/** Who asked for what was not kept. */
function ruleText({ rule }: DenialResult): readonly string[] {
  if (rule === null) return [];
  const asked = `${RULE_WORDS[rule.rule]} at ${escapeText(rule.at)}`.padEnd(ROLE);
  return [
    `${asked}  (policy ${shortId(rule.policy)}…, by ${escapeText(rule.by)}, ${rule.since.slice(0, 10)})`,
  ];
}

function failedText({ block, agent, check, datalog, expected, actual }: FailedCheck): readonly string[] {
  const whose = agent === null ? '' : ` (${escapeText(agent)})`;
  return [
    `failed: block ${block}${whose}: ${escapeText(check)}`,
    `  expected ${expected.map(escapeText).join(' or ')}, is ${escapeText(actual)}`,
    `  ${escapeText(datalog)}`,
  ];
}

/** Enough of the id to type it. */
function askText({ request, id }: DenialResult): readonly string[] {
  return request === null || id === null ? [] : [`heddle request --denial ${shortId(id)}`];
}

function fixesText({ fixes, why }: DenialResult): readonly string[] {
  if (fixes.length === 0) return labelled('fix', [`none: ${escapeText(why ?? 'nothing changes this')}`]);
  return fixes.flatMap((fix) => labelled('fix', fixText(fix)));
}

function fixText({ argv, who, needs }: Fix): readonly string[] {
  const line = escapeText(shellLine(argv));
  if (who.length === 0) return [line];
  const because = needs === null ? '' : ` (${needs.role} of ${escapeText(needs.at)})`;
  return [line, `may be run by: ${who.map(escapeText).join(', ')}${because}`];
}
