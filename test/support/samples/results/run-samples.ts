import type { RunSummary } from '#domain/results/run-results.ts';
import type { TokenDiff } from '#domain/results/token-results.ts';
import { OPEN_SCOPE, SAMPLE, SCOPE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const RUN_GOING: RunSummary = {
  run: SAMPLE.operation,
  status: 'running',
  principal: 'dev@example.com',
  via: [],
  agent: 'claude',
  argv: ['claude'],
  thread: null,
  startedAt: SAMPLE.since,
  endedAt: null,
  outcome: null,
  code: null,
  signal: null,
  states: null,
  denials: null,
};
const RUN: RunSummary = {
  ...RUN_GOING,
  status: 'ended',
  via: ['planner'],
  argv: ['claude', '--token=***', 'fix it\u001b[2J'],
  thread: 'task/login',
  endedAt: SAMPLE.at,
  outcome: 'signalled',
  signal: 'SIGINT',
  states: 2,
  denials: 1,
};
const RUN_DIFF: TokenDiff = {
  principal: 'dev@example.com',
  session: 'c2Vzc2lvbg',
  via: [],
  relation: 'descendant',
  gains: [],
  loses: [{ what: 'resources', parent: [], child: ['acme/core'], plain: 'is only within acme/core' }],
};

/** Answers about runs. */
export const RUN_SAMPLES: Samples<'run' | 'run-list' | 'run-show' | 'run-explain'> = {
  run: [
    { ...RUN, exit: 130, operation: SAMPLE.operation },
    { ...RUN_GOING, exit: 0, operation: SAMPLE.operation },
  ],
  'run-list': [
    { runs: [RUN_GOING, RUN], more: 3 },
    { runs: [], more: 0 },
  ],
  'run-show': [
    {
      ...RUN,
      holder: SAMPLE.key,
      block: 'ab'.repeat(64),
      expires: SAMPLE.later,
      argvHash: '0b'.repeat(32),
      argvNonce: '1c'.repeat(32),
      cwd: 'src\u001b[2J',
      timeout: 90_000,
      variables: ['AI_AGENT', 'PATH'],
      credential: 'fd',
      parent: SAMPLE.operation,
      supervisor: 4242,
      stateIds: [SAMPLE.state],
      denialIds: [SAMPLE.operation],
    },
    {
      ...RUN_GOING,
      holder: SAMPLE.key,
      block: 'ab'.repeat(64),
      expires: null,
      argvHash: '0b'.repeat(32),
      argvNonce: '1c'.repeat(32),
      cwd: null,
      timeout: null,
      variables: [],
      credential: 'file',
      parent: null,
      supervisor: 4242,
      stateIds: [],
      denialIds: [],
    },
  ],
  'run-explain': [
    {
      argv: ['sh', '-c', 'echo "$HOME"\u001b[2J'],
      program: '/bin/sh',
      agent: 'sh',
      thread: 'task/login',
      cwd: '/home/dev/core.task-login',
      makes: '/home/dev/core.task-login',
      timeout: 60_000,
      variables: ['AI_AGENT', 'PATH'],
      credential: 'file',
      expires: SAMPLE.later,
      plain: ['sh may state:read'],
      effective: SCOPE,
      diff: RUN_DIFF,
    },
    {
      argv: ['./check'],
      program: null,
      agent: 'check',
      thread: null,
      cwd: '/home/dev/core',
      makes: null,
      timeout: null,
      variables: [],
      credential: 'fd',
      expires: null,
      plain: [],
      effective: OPEN_SCOPE,
      diff: RUN_DIFF,
    },
  ],
};
