import { parseId } from '#domain/id.ts';
import type {
  ApproveResult,
  AskedResult,
  DenyResult,
  FixResult,
  RequestListResult,
  RequestResult,
  RequestShowResult,
  RequestSummary,
} from '#domain/results/request-results.ts';
import { parseInstant } from '#domain/time.ts';

const request = parseId('hq', `hq-5n8r2t6y${'9'.repeat(43)}0`);
const operation = parseId('ho', `ho-9t3c1w8q${'6'.repeat(43)}0`);
const grant = parseId('hg', `hg-4k2m9x7p${'5'.repeat(43)}0`);
const at = parseInstant('2026-11-21T13:20:00.000Z');
const expires = parseInstant('2026-11-22T13:20:00.000Z');
const block = '0b'.repeat(64);
const who = { principal: 'dev@example.com', via: ['worker'] } as const;

const asked: AskedResult = {
  operation: 'state:capture',
  resources: ['acme/core@release:src'],
  own: false,
  granting: null,
  act: null,
};
const fix: FixResult = {
  argv: ['heddle', 'grant', 'add', 'dev@example.com', 'developer', 'acme/core@release:src'],
  who: ['owner@example.com'],
  needs: { role: 'admin', at: 'acme/core@release:src' },
  why: 'dev@example.com is then developer at acme/core@release:src',
};
const summary: RequestSummary = {
  request,
  status: 'open',
  asked,
  ...who,
  reason: 'the fix belongs there',
  code: 'ROLE_NONE',
  at,
  expires,
  fix,
  why: null,
  answers: [],
};
const answered: RequestSummary = {
  ...summary,
  status: 'approved',
  reason: null,
  code: null,
  fix: null,
  answers: [
    {
      verdict: 'approve',
      principal: 'owner@example.com',
      via: [],
      at,
      reason: 'until the release',
      gives: { grant, block: null },
    },
    { verdict: 'deny', principal: 'dev@example.com', via: ['lead'], at, reason: null, gives: null },
  ],
};

/** Answers of the verbs about requests, each in every shape that it has. */
export const REQUEST_SAMPLES: {
  readonly request: readonly RequestResult[];
  readonly 'request-list': readonly RequestListResult[];
  readonly 'request-show': readonly RequestShowResult[];
  readonly approve: readonly ApproveResult[];
  readonly deny: readonly DenyResult[];
} = {
  request: [
    { created: true, request, asked, expires, fix, why: null, operation },
    {
      created: false,
      request: null,
      asked,
      expires: null,
      fix: null,
      why: 'it is allowed already',
      operation: null,
    },
    {
      created: true,
      request,
      asked: {
        operation: 'grant:write',
        resources: ['acme/core', 'acme/core@a', 'acme/core@b', 'acme/core@c'],
        own: true,
        granting: 'owner',
        act: { op: 'grant-add', args: '{"principal":"dev@example.com"}' },
      },
      expires,
      fix: null,
      why: 'nobody is owner at acme/core',
      operation,
    },
  ],
  'request-list': [
    { requests: [summary, answered], damaged: 0 },
    { requests: [], damaged: 2 },
  ],
  'request-show': [
    { ...summary, entries: [{ id: operation, op: 'request', at, principal: 'dev@example.com' }] },
    { ...answered, status: 'denied', entries: [] },
    { ...answered, status: 'expired', why: null, entries: [] },
  ],
  approve: [
    {
      request,
      asked,
      ...who,
      dryRun: false,
      agrees: false,
      fix,
      why: null,
      gives: { grant, block: null },
      token: null,
      file: null,
      requested: operation,
      operation,
    },
    {
      request,
      asked,
      ...who,
      dryRun: false,
      agrees: false,
      fix: { ...fix, argv: ['heddle', 'token', 'attenuate'], who: ['dev@example.com'], needs: null },
      why: null,
      gives: { grant: null, block },
      token: {
        agent: 'worker',
        principal: 'dev@example.com',
        session: 's',
        holder: '7f3c'.repeat(16),
        block,
        expires,
      },
      file: '/home/dev/worker.hcred',
      requested: null,
      operation,
    },
    {
      request,
      asked,
      ...who,
      dryRun: true,
      agrees: true,
      fix: null,
      why: 'it is allowed already',
      gives: null,
      token: null,
      file: null,
      requested: null,
      operation: null,
    },
  ],
  deny: [
    { request, asked, ...who, withdrawn: false, reason: 'wait for the review', operation },
    { request, asked, ...who, withdrawn: true, reason: 'not needed any more', operation },
  ],
};
