import { CLAIM, LEAST_CLAIM, SAMPLE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const THREAD = {
  thread: 'task/login',
  task: 'Add a login page',
  head: SAMPLE.state,
  states: 2,
  principal: 'dev@example.com',
  via: ['review-worker'],
  capturedAt: SAMPLE.at,
  current: true,
  worktree: '/srv/login',
  claim: CLAIM,
  diverged: [SAMPLE.parent],
};
const EMPTY_THREAD = {
  ...THREAD,
  thread: 'idea',
  task: null,
  head: null,
  states: 0,
  principal: null,
  via: [],
  capturedAt: null,
  current: false,
  worktree: null,
  claim: null,
  diverged: [],
};

/** Answers about threads. */
export const THREAD_SAMPLES: Samples<
  | 'thread-claim'
  | 'thread-release'
  | 'thread-list'
  | 'thread-split'
  | 'thread-rename'
  | 'thread-drop'
  | 'thread-show'
> = {
  'thread-claim': [
    { thread: 'task/login', created: true, claim: CLAIM, operation: SAMPLE.operation },
    { thread: 'task/login', created: false, claim: LEAST_CLAIM, operation: null },
  ],
  'thread-release': [
    { thread: 'task/login', released: CLAIM, operation: SAMPLE.operation },
    { thread: 'task/login', released: null, operation: null },
  ],
  'thread-list': [{ threads: [THREAD, EMPTY_THREAD] }, { threads: [] }],
  'thread-split': [
    {
      thread: 'task/docs',
      from: 'task/login',
      state: SAMPLE.state,
      left: SAMPLE.parent,
      head: SAMPLE.parent,
      changed: [{ path: 'docs/a.md', change: 'added' }],
      worktree: '/srv/docs',
      dryRun: false,
      operation: SAMPLE.operation,
    },
    {
      thread: 'b',
      from: 'a',
      state: null,
      left: null,
      head: SAMPLE.state,
      changed: [{ path: 'b', change: 'modified' }],
      worktree: null,
      dryRun: true,
      operation: null,
    },
  ],
  'thread-rename': [
    {
      thread: 'task/sign-in',
      from: 'task/login',
      state: SAMPLE.state,
      head: SAMPLE.parent,
      worktrees: ['/srv/login'],
      operation: SAMPLE.operation,
    },
    { thread: 'b', from: 'a', state: null, head: null, worktrees: [], operation: SAMPLE.operation },
  ],
  'thread-drop': [
    {
      thread: 'task/login',
      head: SAMPLE.state,
      captured: [SAMPLE.state],
      removed: ['/srv/login\u001b[2J'],
      left: ['/srv/core'],
      operation: SAMPLE.operation,
    },
    { thread: 'task/login', head: null, captured: [], removed: [], left: [], operation: SAMPLE.operation },
  ],
  'thread-show': [
    {
      ...THREAD,
      from: SAMPLE.parent,
      base: 'ab'.repeat(20),
      startedBy: 'dev@example.com',
      startedAt: SAMPLE.since,
      missing: ['acme/core wants 1 person to approve what is landed: nobody did'],
    },
    { ...EMPTY_THREAD, from: null, base: null, startedBy: null, startedAt: null, missing: [] },
  ],
};
