import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { ACTOR_OPTIONS, LIMIT, REASON, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const OF_PRINCIPAL = option('--principal P', 'text', 'only grants of P');
const COUNTS_AT = option('--at RESOURCE', 'text', 'only grants that count at RESOURCE: at it, or above');

/** Verbs about grants, and what they come to. */
export const GRANT_VERBS: readonly VerbSpec[] = [
  verb('grant add', {
    summary: 'give a principal a role at a resource',
    details: ['Nobody gives more than they hold there: an admin makes admins, only an owner makes owners.'],
    arguments: [
      argument('PRINCIPAL', 'who gets it'),
      argument('ROLE', 'which role', ROLES),
      argument('RESOURCE', 'where, such as acme/core@task:src'),
    ],
    options: [
      option('--until T', 'instant', 'let it end at a time in UTC, such as 2027-01-31'),
      REASON,
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['grant', 'add', 'dev@example.com', 'developer', 'acme/core'], does: 'let somebody work' },
      {
        argv: 'grant add dev@example.com maintainer acme/core@release --until 2027-01-31'
          .split(' ')
          .concat('--reason', 'holds the release while Ada is away'),
        does: 'for a while, and say why',
      },
    ],
    everyday: true,
    answer: 'grant-add',
    load: () => import('#commands/grant/add.ts'),
  }),
  verb('grant remove', {
    summary: 'take a grant back',
    details: ['The last owner whose grant does not end stays.'],
    arguments: [argument('GRANT', 'id of the grant, hg-…')],
    options: [REASON, ...WRITER_OPTIONS],
    answer: 'grant-remove',
    load: () => import('#commands/grant/remove.ts'),
  }),
  verb('grant list', {
    summary: 'list who has which role where',
    details: [
      'With --at, a grant at RESOURCE itself is direct, one from above inherited. --effective says what they come to there: the highest role counts.',
    ],
    options: [
      OF_PRINCIPAL,
      COUNTS_AT,
      flag('--effective', 'with --at: say which role each principal, or P, holds there'),
    ],
    examples: [
      {
        argv: 'grant list --principal dev@example.com --at acme/core@task:src --effective'.split(' '),
        does: 'see what somebody is there, and by which grant',
      },
    ],
    everyday: true,
    asksGitLate: true,
    answer: 'grant-list',
    load: () => import('#commands/grant/list.ts'),
  }),
  verb('grant log', {
    summary: 'list who gave and took which role, when and why',
    details: ['Newest first. Grants that ended or were taken back are there too.'],
    options: [OF_PRINCIPAL, COUNTS_AT, LIMIT],
    paged: true,
    answer: 'grant-log',
    load: () => import('#commands/grant/log.ts'),
  }),
  verb('can', {
    summary: 'tell whether you may do something, and why',
    details: [
      'Does nothing and records nothing. Exits with 1 where the answer is no.',
      '--as asks what a principal may in person, with a session that nothing narrows; it is for those who may read there, and denied to all others alike.',
      '--matrix asks for every operation, at each RESOURCE that it is given with, or at the repository and the current thread, and exits with 0. `own` stands where only your own work is allowed.',
    ],
    arguments: [
      argument('[OPERATION]', 'what', REQUEST_OPERATIONS),
      argument('[RESOURCE]', 'where, such as acme/core@task:src'),
    ],
    options: [
      option('--as P', 'text', 'ask for the principal P'),
      option('--matrix [RESOURCE]', 'list', 'show every operation at RESOURCE; may be repeated'),
      option('--token-file F', 'text', 'ask for this credential file'),
      flag('--stdin', 'ask for the credential that comes over standard input'),
      ...ACTOR_OPTIONS,
    ],
    atMostOne: ['as', 'token-file', 'stdin'],
    examples: [
      { argv: ['can', 'state:capture', 'acme/core@task/login'], does: 'ask before working' },
      {
        argv: ['can', '--as', 'dev@example.com', 'thread:land', 'acme/core@heads/main'],
        does: 'see why somebody may not',
      },
      {
        argv: ['can', '--matrix', 'acme/core@task/login:src', '--token-file', '../worker.hcred'],
        does: 'see all that an agent may do there',
      },
    ],
    everyday: true,
    asksGitLate: true,
    answer: 'can',
    also: ['can-matrix'],
    load: () => import('#commands/can.ts'),
  }),
];
