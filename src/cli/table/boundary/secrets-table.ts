import { REASON, WRITER_OPTIONS } from '#cli/table/shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

/** Verbs about what looks like a secret and is none, or has to stay. */
export const SECRETS_VERBS: readonly VerbSpec[] = [
  verb('secrets allow', {
    summary: 'let what looks like a secret in changed files be captured, for a while',
    details: [
      'For what is no secret, or has to stay until it is replaced. It counts for the values that stand there, at those paths, in this clone and for this user; the values are kept nowhere, only digests that nobody else can test a guess against.',
      'People do this in person, and the log says who and why: no agent lets its own secrets pass. --until is at most 366 days away; --remove takes it back at once, wherever the value stands by now. What was captured once is not held against later captures.',
    ],
    arguments: [argument('PATH...', 'changed files or directories')],
    options: [
      option('--until T', 'instant', 'until when, in UTC, such as 2027-01-31'),
      flag('--remove', 'take it back: what passes at these paths is refused again'),
      option('--rule RULE', 'text', 'only what this rule found, such as github'),
      { ...REASON, required: true },
      ...WRITER_OPTIONS,
    ],
    exactlyOne: ['until', 'remove'],
    examples: [
      {
        argv: ['secrets', 'allow', 'test/keys.txt', '--until', '2027-01-31', '--reason', 'made up for tests'],
        does: 'go on where nothing is secret',
      },
    ],
    answer: 'secrets-allow',
    load: () => import('#commands/secrets/allow.ts'),
  }),
  verb('secrets list', {
    summary: 'list what may be captured though it looks like a secret',
    details: ['Of this clone and this user. Values are not told.'],
    answer: 'secrets-list',
    load: () => import('#commands/secrets/list.ts'),
  }),
];
