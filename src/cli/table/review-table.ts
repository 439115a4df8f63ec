import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const VERDICTS = ['approve', 'reject', 'comment', 'withdraw'];

/** Verbs by which people say what they think of a thread before it is landed. */
export const REVIEW_VERBS: readonly VerbSpec[] = [
  verb('review', {
    summary: 'show what a thread brings, or say what you think of it',
    details: [
      'Without a verdict it shows what a reviewer needs: the states that the branch has not, who made them and how sure they were, what was denied in the thread, earlier reviews, and what landing rules still miss.',
      'A verdict is a signed record about the newest state. An approval ends with the next capture; a rejection stays until the same reviewer says otherwise. A later review by the same reviewer replaces the earlier one.',
      'Policies say how many must approve and who counts: see `heddle help policy set`.',
    ],
    arguments: [argument('THREAD', 'name of the thread')],
    options: [
      flag('--approve', 'it may be landed'),
      flag('--reject', 'it may not; says why with -m'),
      flag('--comment', 'only say something; says it with -m'),
      flag('--withdraw', 'take your last verdict back'),
      option('-m, --message TEXT', 'reason', 'say why; it stays with the review'),
      option('--state STATE', 'text', 'what you looked at: refused where the thread has gone on since'),
      option('--onto BRANCH', 'text', 'only for this branch; for a look, the one that is checked out here'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: VERDICTS,
    examples: [
      { argv: ['review', 'task/login'], does: 'look at it' },
      { argv: ['review', 'task/login', '--approve', '--state', 'hs-9t3c4k2m'], does: 'approve what you saw' },
      { argv: ['review', 'task/login', '--reject', '-m', 'tests are missing'], does: 'say no' },
    ],
    answer: 'review',
    also: ['review-show'],
    load: () => import('#commands/review/review.ts'),
  }),
  verb('review list', {
    summary: 'list reviews, and which of them stand',
    arguments: [argument('[THREAD]', 'only of this thread')],
    answer: 'review-list',
    load: () => import('#commands/review/list.ts'),
  }),
];
