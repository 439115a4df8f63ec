import { VERBS } from './command-table.ts';
import { FRONT_OPTIONS, optionSummary, optionUsage, usageText, withChoices } from './help-text.ts';
import { verbName, type VerbSpec } from './table/verb-spec.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';

export interface ManPage {
  /** Such as `heddle-token-mint.1`. */
  readonly file: string;
  /** Source for roff's man macros, ASCII only. */
  readonly text: string;
}

/** All manual pages, made from the command table; the same table gives the same bytes. */
export function manPages(): readonly ManPage[] {
  return [programPage(), ...VERBS.map(verbPage)];
}

type Entry = readonly [term: string, meaning: string];

const EXIT_CODES: readonly Entry[] = [
  ['0', 'done'],
  ['1', 'findings: verify found something, can says no, diff --exit-code, a purge is incomplete'],
  ['64', 'usage'],
  ['65', 'well-formed but refused, or corrupt data'],
  ['70', 'a bug in heddle'],
  ['73', 'the output exists or cannot be created'],
  ['74', 'disk or network'],
  ['75', 'a lock is held or a ref has moved; the only one worth retrying unchanged'],
  ['77', 'denied: scope, role, expired, revoked, holder, frozen'],
  ['78', 'no repository, no key, bad configuration, unsafe mode of a key file, git missing or too old'],
];

const ENVIRONMENT: readonly Entry[] = [
  [
    'HEDDLE_PRINCIPAL, HEDDLE_AGENT, HEDDLE_AGENT_PROVIDER, HEDDLE_AGENT_MODEL, HEDDLE_AGENT_SESSION, HEDDLE_CONFIDENCE',
    'who acts, where neither the credential nor a flag says so',
  ],
  ['HEDDLE_CREDENTIAL', 'path of a credential file, or fd:N for descriptor N, 3 to 15'],
  ['HEDDLE_RUN', 'set by run: the run that a program belongs to'],
  ['HEDDLE_PASSPHRASE_FILE', 'path of a file with the passphrase of a key'],
  ['HEDDLE_OPERATION_ID', 'the same as --op-id'],
  ['HEDDLE_HOME', 'a directory for keys, state, configuration and cache together'],
  ['HEDDLE_PAGER, GIT_PAGER, PAGER', 'how long text is shown on a terminal; empty or cat for no pager'],
  ['NO_COLOR, FORCE_COLOR', 'whether text is coloured, where --color says nothing'],
  ['HEDDLE_TRACE', 'say more about a bug'],
];

const FILES: readonly Entry[] = [
  ['refs/heddle/*', 'states, threads and the authority chain, in the repository'],
  ['<git common dir>/heddle', 'operation log and local records of a clone'],
  ['$XDG_DATA_HOME/heddle', 'keys and credentials, private to the user'],
];

function programPage(): ManPage {
  const body = [
    ...section('NAME', [paragraph("heddle - keep agents' work beside Git: signed, attributed, authorised")]),
    ...section('SYNOPSIS', [paragraph('heddle [--json] [--color WHEN] [-C DIR] VERB ...')]),
    ...section('VERBS', entries(VERBS.map((spec) => [usageText(spec), spec.summary]))),
    ...section(
      'OPTIONS',
      entries(FRONT_OPTIONS.map((option) => [optionUsage(option), optionSummary(option)])),
    ),
    ...section('EXIT STATUS', entries(EXIT_CODES)),
    ...section('ENVIRONMENT', entries(ENVIRONMENT)),
    ...section('FILES', entries(FILES)),
  ];
  return page('heddle', body);
}

function verbPage(spec: VerbSpec): ManPage {
  const name = `heddle-${spec.path.join('-')}`;
  const values = spec.arguments.map((argument): Entry => [
    argument.name,
    withChoices(argument.summary, argument.choices),
  ]);
  if (spec.rest !== null) values.push([spec.rest.placeholder, spec.rest.summary]);
  const options = [...spec.options, ...FRONT_OPTIONS.filter((option) => option.name !== 'version')];
  const body = [
    ...section('NAME', [paragraph(`${name} - ${spec.summary}`)]),
    ...section('SYNOPSIS', [paragraph(usageText(spec))]),
    ...section('DESCRIPTION', spec.details.map(paragraph)),
    ...section('ARGUMENTS', entries(values)),
    ...section('OPTIONS', entries(options.map((option) => [optionUsage(option), optionSummary(option)]))),
    ...section(
      'EXAMPLES',
      entries(spec.examples.map(({ argv, does }) => [shellLine(['heddle', ...argv]), does])),
    ),
    ...section('SEE ALSO', [paragraph(seeAlso(spec))]),
  ];
  return page(name, body);
}

function seeAlso(spec: VerbSpec): string {
  const group = VERBS.filter((other) => other.path[0] === spec.path[0] && verbName(other) !== verbName(spec));
  return ['heddle(1)', ...group.map(({ path }) => `heddle-${path.join('-')}(1)`)].join(', ');
}

function page(name: string, body: readonly string[]): ManPage {
  const title = `.TH "${roff(name.toUpperCase())}" "1" "" "heddle" "heddle manual"`;
  return { file: `${name}.1`, text: [title, ...body, ''].join('\n') };
}

function section(title: string, content: readonly string[]): readonly string[] {
  return content.length === 0 ? [] : [`.SH ${title}`, ...content];
}

function paragraph(text: string): string {
  return `.PP\n${line(text)}`;
}

function entries(list: readonly Entry[]): readonly string[] {
  return list.map(([term, meaning]) => `.TP\n\\fB${roff(term)}\\fR\n${line(meaning)}`);
}

/** A dot or quote that begins a line would be a request. */
function line(text: string): string {
  const escaped = roff(text);
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x20-\x7e]/gu, (character) => `\\[u${hex(character)}]`);
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
