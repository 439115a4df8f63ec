import { RULES, RULE_WORDS } from '#domain/policy/rule-changes.ts';
import type {
  AffectedToken,
  PolicyLogResult,
  PolicyResult,
  PolicySetResult,
  PolicyShowResult,
  RuleChange,
  RulesResult,
} from '#domain/results/policy-results.ts';
import { formatDuration } from '#domain/time.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, indented, whoText, type TextOf } from './shared-lines.ts';

/** Text of `policy set`. */
export const policySetText: TextOf<PolicySetResult> = (result, terminal) => {
  const { id, resource, changes, affected, dryRun, reason } = result;
  const at = terminal.paint('place', terminal.safe(resource));
  if (changes.length === 0) return [`that is what the policy at ${at} asks already`];
  const record = id === null ? '' : ` (record ${terminal.id(id)})`;
  return [
    dryRun ? `the policy at ${at} would change:` : `the policy at ${at} is changed${record}:`,
    ...changes.map((change) => `  ${changeText(change, terminal)}`),
    ...indented(reason ?? '', terminal),
    ...affectedLines(affected, { dryRun, terminal }),
  ];
};

function affectedLines(
  affected: readonly AffectedToken[],
  { dryRun, terminal }: { readonly dryRun: boolean; readonly terminal: Terminal },
): readonly string[] {
  if (affected.length === 0) return ['no live token that worked here is refused by it'];
  const count = countText(affected.length, 'live token');
  return [
    `${count} that worked here ${dryRun ? 'would be' : affected.length === 1 ? 'is' : 'are'} refused there:`,
    ...affected.map(
      ({ principal, via, code, message }) =>
        `  ${whoText(principal, via, terminal)}: ${terminal.safe(code)}, ${terminal.safe(message)}`,
    ),
  ];
}

/** Text of `policy show`. */
export const policyShowText: TextOf<PolicyShowResult> = (result, terminal) => {
  const { resource, own, inherited, effective } = result;
  const at = terminal.paint('place', terminal.safe(resource));
  const rules = ruleFields(effective, terminal);
  return [
    Object.keys(rules).length === 0 ? `nothing is asked at ${at}` : `asked at ${at}:`,
    ...fieldLines(rules),
    ...[...inherited, ...(own === null ? [] : [own])].flatMap((policy) => policyLines(policy, terminal)),
  ];
};

function policyLines({ id, resource, rules, by, since, reason }: PolicyResult, terminal: Terminal) {
  const asked = RULES.filter((rule) => rules[rule] !== null).map(
    (rule) => `${RULE_WORDS[rule]} ${valueText(rule, rules[rule], terminal)}`,
  );
  return [
    `by ${terminal.safe(by)} for ${terminal.safe(resource)}, ${terminal.time(since)} (policy ${terminal.id(id)}): ${asked.join('; ')}`,
    ...indented(reason ?? '', terminal),
  ];
}

function ruleFields(rules: RulesResult, terminal: Terminal): Readonly<Record<string, string>> {
  return Object.fromEntries(
    RULES.filter((rule) => rules[rule] !== null).map((rule) => [
      RULE_WORDS[rule],
      valueText(rule, rules[rule], terminal),
    ]),
  );
}

/** Text of `policy log`. */
export const policyLogText: TextOf<PolicyLogResult> = ({ entries }, terminal) =>
  entries.length === 0
    ? ['no policy was ever set']
    : entries.flatMap(({ id, resource, by, at, reason, changes, inForce }) => [
        `${terminal.time(at)}  ${terminal.safe(by)} for ${terminal.paint('place', terminal.safe(resource))} (record ${terminal.id(id)})${inForce ? ', in force' : ''}`,
        ...columns(changes.map((change) => [`  ${changeText(change, terminal)}`])),
        ...indented(reason ?? '', terminal),
      ]);

function changeText({ rule, before, after }: RuleChange, terminal: Terminal): string {
  const [old, next] = [before, after].map((value) => valueText(rule, value, terminal));
  return `${RULE_WORDS[rule]}: ${old} → ${next}`;
}

function valueText(rule: RuleChange['rule'], value: RuleChange['before'], terminal: Terminal): string {
  if (value === null) return 'not asked';
  if (typeof value === 'number') {
    return rule === 'life' || rule === 'wait' ? formatDuration(value) : String(value);
  }
  if (typeof value === 'string') return terminal.safe(value);
  return value.length === 0 ? 'none' : value.map(terminal.safe).join(', ');
}
