import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { REASON, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const REQUEST = argument('REQUEST', 'id of the request, hq-…, or its beginning');

/** Verbs by which somebody who may not asks somebody who may. */
export const REQUEST_VERBS: readonly VerbSpec[] = [
  verb('request', {
    summary: 'ask others for what you may not do',
    details: [
      'Records a signed request, which gives nothing by itself: it needs a live credential and no role. Who may answer sees it with `heddle request list`.',
      'With --denial it asks for what a denial of yours refused. Where it is allowed already, nothing is recorded.',
      'What a policy guards is asked for with --denial alone: others agree to that one act, with its arguments, and nobody can before it was tried.',
      '`heddle request list` lists requests, `heddle request show REQUEST` shows one.',
    ],
    arguments: [
      argument('[OPERATION]', 'what', REQUEST_OPERATIONS),
      argument('[RESOURCE]', 'where, such as acme/core@task:src'),
    ],
    options: [
      option('--resource R', 'list', 'also at this resource; may be repeated'),
      option('--role ROLE', 'text', 'for grant:write and key:write: the role that it is about', {
        choices: ROLES,
      }),
      option('--denial ID', 'text', 'what this denial refused: an id ho-… of your own'),
      option('--ttl T', 'duration', 'let it end after T, at most 30d; 1d where left out'),
      REASON,
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['request', '--denial', 'ho-9t3c4k2m'], does: 'ask for what was just refused' },
      {
        argv: ['request', 'state:capture', 'acme/core@release:src', '--reason', 'the fix belongs there'],
        does: 'ask before trying',
      },
    ],
    answer: 'request',
    load: () => import('#commands/request/make.ts'),
  }),
  verb('request list', {
    summary: 'list requests that wait for an answer, and what would help each',
    options: [flag('--all', 'those that were answered or have ended, too')],
    answer: 'request-list',
    load: () => import('#commands/request/list.ts'),
  }),
  verb('request show', {
    summary: 'show a request, its answers and what the log says of it',
    arguments: [REQUEST],
    answer: 'request-show',
    load: () => import('#commands/request/show.ts'),
  }),
  verb('approve', {
    summary: 'do what a request needs, and answer it',
    details: [
      'What that is, is computed now: one grant, one token for the agent, or your consent to a guarded operation. It needs what the step itself needs. On a terminal it is shown and asked first.',
      'Consent is to one exact act, which is shown with its arguments: another argument, a second time or a change of the policy since needs it again.',
    ],
    arguments: [REQUEST],
    options: [
      option('--out FILE', 'text', 'where a credential goes; never overwrites'),
      flag('--dry-run', 'only show what would change'),
      flag('--yes', 'do not ask'),
      REASON,
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['approve', 'hq-9t3c4k2m', '--dry-run'], does: 'see what it would change' },
      { argv: ['approve', 'hq-9t3c4k2m', '--yes'], does: 'do it' },
    ],
    answer: 'approve',
    load: () => import('#commands/request/approve.ts'),
  }),
  verb('deny', {
    summary: 'answer a request with no, or take back your own',
    arguments: [REQUEST],
    options: [
      option('--reason TEXT', 'reason', 'say why; it stays with the answer', { required: true }),
      ...WRITER_OPTIONS,
    ],
    examples: [{ argv: ['deny', 'hq-9t3c4k2m', '--reason', 'wait for the review'], does: 'refuse it' }],
    answer: 'deny',
    load: () => import('#commands/request/deny.ts'),
  }),
];
