import { parseDigest, parseId } from '#domain/id.ts';
import type {
  ReviewListResult,
  ReviewResult,
  ReviewShowResult,
  ReviewSummary,
} from '#domain/results/review-results.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import { parseInstant } from '#domain/time.ts';

const review = parseDigest(`3v8r2t6y${'9'.repeat(43)}0`);
const state = parseId('hs', `hs-7f3c2m8d${'1'.repeat(43)}0`);
const operation = parseId('ho', `ho-9t3c1w8q${'6'.repeat(43)}0`);
const at = parseInstant('2026-11-21T13:20:00.000Z');

const approval: ReviewSummary = {
  review,
  thread: 'task/login',
  state,
  branch: null,
  verdict: 'approve',
  principal: 'maintainer@example.com',
  via: ['checker'],
  provider: 'acme',
  model: 'loom-2',
  at,
  message: 'reads well\nand has tests',
  stands: true,
  why: null,
};
const rejection: ReviewSummary = {
  ...approval,
  branch: 'main',
  verdict: 'reject',
  via: [],
  provider: null,
  model: null,
  message: 'tests are missing',
  stands: false,
  why: 'a later one by the same reviewer replaced it',
};

/** Answers of the verbs about reviews, each in every shape that it has. */
export function reviewSamples(summary: StateSummary): {
  readonly review: readonly ReviewResult[];
  readonly 'review-list': readonly ReviewListResult[];
  readonly 'review-show': readonly ReviewShowResult[];
} {
  return {
    review: [
      {
        review,
        thread: 'task/login',
        state,
        branch: 'main',
        verdict: 'reject',
        message: 'tests are missing',
        operation,
      },
      { review, thread: 'task/login', state, branch: null, verdict: 'approve', message: null, operation },
    ],
    'review-list': [
      { reviews: [approval, rejection], damaged: 0 },
      { reviews: [], damaged: 2 },
    ],
    'review-show': [
      {
        thread: 'task/login',
        state,
        branch: 'main',
        states: [summary],
        evidence: ['npm test: 12 passed'],
        changed: [{ path: 'src/a.ts', change: 'modified' }],
        denials: [
          {
            operation,
            at,
            code: 'SCOPE_RESOURCE',
            resource: 'acme/core@task/login:docs',
            principal: 'dev@example.com',
            agent: 'worker',
          },
          {
            operation,
            at,
            code: 'ROLE_NONE',
            resource: 'acme/core@task/login',
            principal: 'dev@example.com',
            agent: null,
          },
        ],
        reviews: [approval, rejection],
        rules: {
          approvals: 2,
          reviewers: ['principal'],
          approvedBy: ['maintainer@example.com'],
          missing: ['acme/core wants 2 people to approve what is landed: 1 did'],
        },
      },
      {
        thread: 'task/login',
        state,
        branch: null,
        states: [],
        evidence: [],
        changed: [],
        denials: [],
        reviews: [],
        rules: { approvals: null, reviewers: null, approvedBy: [], missing: [] },
      },
    ],
  };
}
