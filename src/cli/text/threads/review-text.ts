import { shellWord } from '#domain/encoding/shell-line.ts';
import {
  stateLines,
  changedLines,
  countText,
  fieldLines,
  indented,
  whoText,
  type TextOf,
} from '#cli/text/shared-lines.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import type {
  DeniedThere,
  ReviewListResult,
  ReviewResult,
  ReviewShowResult,
  ReviewSummary,
} from '#domain/results/review-results.ts';

const DID = {
  approve: 'approved',
  reject: 'rejected',
  comment: 'commented on',
  withdraw: 'took back the review of',
} as const;
const PAINT = { approve: 'good', reject: 'bad', comment: 'place', withdraw: 'place' } as const;

/** Text of `review` with a verdict. */
export const reviewText: TextOf<ReviewResult> = (result, terminal) => {
  const { verdict, thread, state, branch, message } = result;
  const only = branch === null ? '' : `, for ${terminal.safe(branch)} alone`;
  return [
    `${DID[verdict]} ${terminal.paint('place', terminal.safe(thread))} at ${terminal.id(state)}${only}`,
    ...indented(message ?? '', terminal),
  ];
};

/** Text of `review list`. */
export const reviewListText: TextOf<ReviewListResult> = ({ reviews, damaged }, terminal) => [
  ...(reviews.length === 0 ? ['no reviews'] : reviews.flatMap((one) => summaryLines(one, terminal))),
  ...(damaged === 0
    ? []
    : [`${countText(damaged, 'record')} left out; \`heddle verify\` says what is wrong`]),
];

/** Text of `review` without a verdict. */
export const reviewShowText: TextOf<ReviewShowResult> = (result, terminal) => {
  const { thread, state, branch, states, evidence, changed, denials, reviews } = result;
  const where = branch === null ? '' : ` for ${terminal.safe(branch)}`;
  return [
    `${terminal.paint('place', terminal.safe(thread))} at ${terminal.id(state)}${where}: ${countText(states.length, 'state')}`,
    ...states.flatMap((one) => stateLines(one, terminal)),
    ...evidence.flatMap((text) => ['evidence:', ...indented(text, terminal)]),
    ...changedLines(changed, terminal),
    ...denials.map((denial) => deniedLine(denial, terminal)),
    ...reviews.flatMap((one) => summaryLines(one, terminal)),
    ...(branch !== null && states.length === 0
      ? [`${terminal.safe(branch)} has all of it`]
      : ruleLines(result, terminal)),
  ];
};

function deniedLine({ at, code, resource, principal, agent }: DeniedThere, terminal: Terminal): string {
  const who = whoText(principal, agent === null ? [] : [agent], terminal);
  return `${terminal.paint('warn', 'denied')}  ${terminal.time(at)}  ${who}: ${terminal.safe(code)} on ${terminal.safe(resource)}`;
}

function summaryLines(review: ReviewSummary, terminal: Terminal): readonly string[] {
  const { verdict, principal, via, model, at, state, branch, message, stands, why } = review;
  const runs = model === null ? '' : ` (${terminal.safe(model)})`;
  const only = branch === null ? '' : ` for ${terminal.safe(branch)}`;
  const what = `${terminal.paint(PAINT[verdict], verdict)}  ${terminal.safe(review.thread)} at ${terminal.id(state)}${only}`;
  return [
    `${what}  by ${whoText(principal, via, terminal)}${runs}, ${terminal.time(at)}`,
    ...indented(message ?? '', terminal),
    ...(stands ? [] : [`  does not count: ${terminal.safe(why ?? '')}`]),
  ];
}

function ruleLines({ rules, thread, state }: ReviewShowResult, terminal: Terminal): readonly string[] {
  const { approvals, reviewers, approvedBy, missing } = rules;
  const asked = approvals === null ? null : countText(approvals, 'approval');
  const differ = reviewers === null ? '' : `, by another ${reviewers.map(terminal.safe).join(', ')}`;
  const [lacks] = missing;
  return [
    ...fieldLines({
      wanted: asked === null ? null : asked + differ,
      'approved by': approvedBy.map(terminal.safe).join(', '),
      missing: lacks === undefined ? null : missing.map(terminal.safe).join('; '),
    }),
    `a reviewer says so with \`heddle review ${terminal.safe(shellWord(thread))} --approve --state ${terminal.id(state)}\`, or --reject -m TEXT`,
  ];
}
