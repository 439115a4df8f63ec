import type {
  AnswerSummary,
  ApproveResult,
  AskedResult,
  DenyResult,
  FixResult,
  RequestListResult,
  RequestResult,
  RequestShowResult,
  RequestSummary,
} from '#domain/results/request-results.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, indented, whoText, type Fields, type TextOf } from './shared-lines.ts';

/** Resources that are named on one line. */
const SHOWN = 3;

/** `state:capture on acme/core@task:src`. */
function askedText({ operation, resources, granting }: AskedResult, terminal: Terminal): string {
  const shown = resources.slice(0, SHOWN).map(terminal.safe).join(', ');
  const more = resources.length > SHOWN ? ` and ${resources.length - SHOWN} more` : '';
  return `${terminal.safe(operation)}${granting === null ? '' : ` of ${terminal.safe(granting)}`} on ${shown}${more}`;
}

/** Whole, whatever its length: it is what somebody agrees to. */
function actLines({ act }: AskedResult, terminal: Terminal): readonly string[] {
  return act === null ? [] : fieldLines({ exactly: terminal.safe(`${act.op} ${act.args}`) });
}

function fixFields({ argv, who, why }: FixResult, terminal: Terminal): Fields {
  const by = who.length === 0 ? null : who.map(terminal.safe).join(', ');
  return { fix: terminal.safe(shellLine(argv)), 'run by': by, does: terminal.safe(why) };
}

function wayFields({ fix, why }: Pick<RequestSummary, 'fix' | 'why'>, terminal: Terminal): Fields {
  if (fix !== null) return fixFields(fix, terminal);
  return { fix: why === null ? null : `none: ${terminal.safe(why)}` };
}

/** Text of `request`. */
export const requestText: TextOf<RequestResult> = (result, terminal) => {
  const what = askedText(result.asked, terminal);
  if (result.request === null) return [`${what} is allowed already: nothing was asked for`];
  const lead = result.created ? 'asked for' : 'was asked for already:';
  const until = result.expires === null ? '' : `, until ${terminal.time(result.expires)}`;
  return [
    `${lead} ${what} (request ${terminal.id(result.request)}${until})`,
    ...fieldLines(wayFields(result, terminal)),
    ...(result.fix === null ? [] : [`  answered with \`heddle approve ${terminal.id(result.request)}\``]),
  ];
};

/** Text of `request list`. */
export const requestListText: TextOf<RequestListResult> = ({ requests, damaged }, terminal) => [
  ...(requests.length === 0 ? ['no requests'] : requests.flatMap((one) => summaryLines(one, terminal))),
  ...(damaged === 0
    ? []
    : [`${countText(damaged, 'record')} left out; \`heddle verify\` says what is wrong`]),
];

/** Text of `request show`. */
export const requestShowText: TextOf<RequestShowResult> = (result, terminal) => [
  ...summaryLines(result, terminal),
  ...actLines(result.asked, terminal),
  ...(result.asked.resources.length > SHOWN
    ? result.asked.resources.map((resource) => `    ${terminal.safe(resource)}`)
    : []),
  ...result.entries.map(
    ({ id, op, at, principal }) =>
      `  ${terminal.id(id)}  ${terminal.time(at)}  ${op} by ${terminal.safe(principal)}`,
  ),
];

function summaryLines(request: RequestSummary, terminal: Terminal): readonly string[] {
  const paint = {
    open: 'warn',
    approved: 'good',
    denied: 'bad',
    expired: 'place',
    used: 'place',
    void: 'place',
  } as const;
  const { status } = request;
  const who = whoText(request.principal, request.via, terminal);
  const until = status === 'open' ? `  until ${terminal.time(request.expires)}` : '';
  return [
    `${terminal.id(request.request)}  ${terminal.paint(paint[status], status)}  ${who}${until}`,
    `  ${askedText(request.asked, terminal)}`,
    ...indented(request.reason ?? '', terminal),
    ...(status === 'open' ? fieldLines(wayFields(request, terminal)) : []),
    ...request.answers.flatMap((answer) => answerLines(answer, terminal)),
  ];
}

function answerLines(answer: AnswerSummary, terminal: Terminal): readonly string[] {
  const verb = answer.verdict === 'approve' ? 'approved' : 'denied';
  const who = whoText(answer.principal, answer.via, terminal);
  return [`  ${verb} by ${who}, ${terminal.time(answer.at)}`, ...indented(answer.reason ?? '', terminal)];
}

/** Text of `approve`. */
export const approveText: TextOf<ApproveResult> = (result, terminal) => {
  const who = whoText(result.principal, result.via, terminal);
  const lead = result.dryRun ? 'would approve' : 'approved';
  const { token } = result;
  return [
    `${lead} ${terminal.id(result.request)}: ${who} asks for ${askedText(result.asked, terminal)}`,
    ...actLines(result.asked, terminal),
    ...fieldLines({
      ...wayFields(result, terminal),
      grant: result.gives?.grant === null || result.gives === null ? null : terminal.id(result.gives.grant),
      credential: result.file === null ? null : terminal.safe(result.file),
      for: token === null ? null : `${terminal.safe(token.agent)}, until ${terminal.time(token.expires)}`,
    }),
    ...(result.dryRun ? ['nothing was changed'] : []),
  ];
};

/** Text of `deny`. */
export const denyText: TextOf<DenyResult> = (result, terminal) => [
  `${result.withdrawn ? 'took back' : 'denied'} ${terminal.id(result.request)}: ${askedText(result.asked, terminal)}`,
  ...indented(result.reason, terminal),
];
