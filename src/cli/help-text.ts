import { entriesOf } from './codes/code-entries.ts';
import { codeTopic } from './codes/code-topic.ts';
import { codesText } from './codes/codes-text.ts';
import { GROUPS, VERBS } from './command-table.ts';
import { requireTopic } from './arguments/parse-arguments.ts';
import { GLOBAL_OPTIONS, VERSION } from './table/shared-options.ts';
import { verbName, type OptionSpec, type VerbSpec } from './table/verb-spec.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { columns } from './terminal-text.ts';

const SLOGAN = "heddle keeps agents' work beside Git: signed, attributed, authorised";
const MORE =
  'see `heddle help VERB` for one verb, `heddle help --all` for every verb, `heddle help CODE` for a code';

/** What somebody wants to know; an empty topic is the first screen. */
export interface HelpQuestion {
  readonly topic: readonly string[];
  readonly all: boolean;
}

/** Lines of help; throws `USAGE` where the topic is no verb and no code. */
export function helpText({ topic, all }: HelpQuestion): readonly string[] {
  if (topic.length === 0) return overviewText(all);
  const codes = codeTopic(topic);
  if (codes !== undefined) return codesText(entriesOf(codes));
  const verbs = requireTopic(topic);
  const [only] = verbs;
  if (verbs.length === 1 && only !== undefined) return verbText(only);
  // A verb that is a group, too, comes first in it.
  if (only?.path.length === 1) return [...verbText(only), '', ...verbRows(verbs.slice(1)), '', MORE];
  const title = `${topic.join(' ')}: ${GROUPS[topic[0] ?? ''] ?? ''}`;
  return [title, '', ...verbRows(verbs), '', MORE];
}

function verbRows(verbs: readonly VerbSpec[]): readonly string[] {
  return columns(verbs.map((spec) => [`  ${verbName(spec)}`, spec.summary]));
}

/** The same for programs: `heddle/help/v1`, or `heddle/codes/v1` where codes were asked for. */
export function helpResult({ topic, all }: HelpQuestion): object {
  const codes = codeTopic(topic);
  if (codes !== undefined) return { schema: 'heddle/codes/v1', codes: entriesOf(codes) };
  const verbs = topic.length > 0 ? requireTopic(topic) : VERBS.filter((spec) => all || spec.everyday);
  return {
    schema: 'heddle/help/v1',
    verbs: verbs.map((spec) => ({ verb: verbName(spec), summary: spec.summary, usage: usageText(spec) })),
  };
}

function overviewText(all: boolean): readonly string[] {
  const rows = all ? VERBS.map((spec) => [verbName(spec), spec.summary]) : everydayRows();
  return [
    SLOGAN,
    '',
    'usage: heddle [--json] [--color WHEN] [-C DIR] VERB …',
    '',
    ...columns(rows.map(([name = '', summary = '']) => [`  ${name}`, summary])),
    '',
    MORE,
  ];
}

const REMOTES = [
  'push, pull, clone',
  'bring threads to a remote, and take over what others brought',
] as const;
const REMOVAL = ['redact, purge', 'hide a content in every state, and destroy it for good'] as const;

/** Verbs that share a row of the first screen, so that it fits a terminal. */
const TOGETHER: Readonly<Record<string, readonly [names: string, summary: string]>> = {
  push: REMOTES,
  pull: REMOTES,
  clone: REMOTES,
  redact: REMOVAL,
  purge: REMOVAL,
};

/** Verbs of the first screen; of a group, the group. */
function everydayRows(): readonly (readonly string[])[] {
  const rows = new Map<string, string>();
  for (const spec of VERBS) {
    const [first = ''] = spec.path;
    if (!spec.everyday) continue;
    const [name, summary] = TOGETHER[first] ?? [first, GROUPS[first] ?? spec.summary];
    rows.set(name, summary);
  }
  return [...rows];
}

function verbText(spec: VerbSpec): readonly string[] {
  const sections: readonly (readonly string[])[] = [
    [`heddle ${verbName(spec)}: ${spec.summary}`],
    [`usage: ${usageText(spec)}`],
    spec.details,
    columns([
      ...spec.arguments.map(({ name, summary, choices }) => [`  ${name}`, withChoices(summary, choices)]),
      ...(spec.rest === null ? [] : [[`  ${spec.rest.placeholder}`, spec.rest.summary]]),
    ]),
    columns(spec.options.map((option) => [`  ${optionUsage(option)}`, optionSummary(option)])),
    columns(GLOBAL_OPTIONS.map((option) => [`  ${optionUsage(option)}`, optionSummary(option)])),
    exampleLines(spec),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : ['', ...section]));
}

function exampleLines(spec: VerbSpec): readonly string[] {
  if (spec.examples.length === 0) return [];
  return [
    'examples:',
    ...spec.examples.flatMap(({ argv, does }) => [`  ${shellLine(['heddle', ...argv])}`, `    ${does}`]),
  ];
}

/** How a verb is written: what it needs plain, the rest in brackets, then arguments. */
export function usageText(spec: VerbSpec): string {
  const chosen = (names: readonly string[]): readonly string[] =>
    spec.options.filter(({ name }) => names.includes(name)).map(shortUsage);
  const alone = spec.options.filter(
    ({ name }) => !spec.exactlyOne.includes(name) && !spec.atMostOne.includes(name),
  );
  const either = chosen(spec.exactlyOne).join(' | ');
  const rather = chosen(spec.atMostOne).join(' | ');
  return [
    'heddle',
    ...spec.path,
    ...(either === '' ? [] : [`(${either})`]),
    ...alone.filter(({ required }) => required).map(shortUsage),
    ...(rather === '' ? [] : [`[${rather}]`]),
    ...alone.filter(({ required }) => !required).map((option) => `[${shortUsage(option)}]`),
    ...spec.arguments.map(({ name, required }) => (required ? name : `[${name}]`)),
    ...restUsage(spec),
  ].join(' ');
}

function restUsage({ rest }: VerbSpec): readonly string[] {
  if (rest === null) return [];
  return [rest.required ? `-- ${rest.placeholder}` : `[-- ${rest.placeholder}]`];
}

function shortUsage({ name, short, value }: OptionSpec): string {
  return (short === null ? `--${name}` : `-${short}`) + (value === null ? '' : ` ${value.placeholder}`);
}

/** `-m, --intent INTENT`. */
export function optionUsage({ name, short, value }: OptionSpec): string {
  return `${short === null ? '' : `-${short}, `}--${name}${value === null ? '' : ` ${value.placeholder}`}`;
}

/** The summary with what the table knows besides. */
export function optionSummary({ summary, choices, required }: OptionSpec): string {
  return withChoices(required ? `${summary} (required)` : summary, choices);
}

/** A summary with the values that are accepted. */
export function withChoices(summary: string, choices: readonly string[] | null): string {
  return choices === null ? summary : `${summary}: ${choices.join(', ')}`;
}

/** Options in front of every verb, for the manual. */
export const FRONT_OPTIONS: readonly OptionSpec[] = [...GLOBAL_OPTIONS, VERSION];
