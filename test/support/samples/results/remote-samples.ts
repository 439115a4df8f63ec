import { parseInstant } from '#domain/time.ts';
import { SAMPLE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const COMMIT = '5f0c2f4d3b1a49c1a0d6f3f4e5b6c7d8e9f00112';

/** Samples of the verbs that reach other repositories. */
export const REMOTE_SAMPLES: Samples<'clone' | 'push' | 'pull' | 'remote-add' | 'remote-list'> = {
  push: [
    {
      remote: 'origin',
      threads: [
        { thread: 'task/login', state: SAMPLE.state, outcome: 'new' },
        { thread: 'task/search', state: SAMPLE.state, outcome: 'advanced' },
        { thread: 'task/later', state: SAMPLE.state, outcome: 'behind' },
        { thread: 'task/idle', state: SAMPLE.state, outcome: 'current' },
        { thread: 'task/apart', state: SAMPLE.state, outcome: 'diverged' },
      ],
      branches: [{ branch: 'main', commit: COMMIT, outcome: 'advanced' }],
      records: ['authority', 'tombstones'],
      said: ['thank you'],
      operation: SAMPLE.operation,
    },
    { remote: 'origin', threads: [], branches: [], records: [], said: [], operation: null },
  ],
  pull: [
    {
      remote: 'origin',
      authority: true,
      beaten: [
        {
          record: SAMPLE.grant,
          kind: 'grant',
          by: 'owner@example.com',
          principal: 'dev@example.com',
          role: 'maintainer',
          resource: 'acme/core',
        },
        {
          record: SAMPLE.grant,
          kind: 'key',
          by: 'dev@example.com',
          principal: 'dev@example.com',
          role: null,
          resource: null,
        },
        {
          record: SAMPLE.grant,
          kind: 'unfreeze',
          by: 'owner@example.com',
          principal: null,
          role: null,
          resource: null,
        },
      ],
      tombstones: { added: [SAMPLE.tombstone], applied: [SAMPLE.tombstone] },
      sets: ['requests', 'reviews'],
      lines: 12,
      threads: [
        { thread: 'task/login', outcome: 'advanced', before: SAMPLE.state, state: SAMPLE.state },
        { thread: 'task/search', outcome: 'diverged', before: SAMPLE.state, state: SAMPLE.state },
        { thread: 'task/new', outcome: 'new', before: null, state: SAMPLE.state },
        { thread: 'task/idle', outcome: 'current', before: SAMPLE.state, state: SAMPLE.state },
        { thread: 'task/mine', outcome: 'ahead', before: SAMPLE.state, state: SAMPLE.state },
        { thread: 'task/gone', outcome: 'dropped', before: null, state: SAMPLE.state },
      ],
      findings: [{ kind: 'state', subject: SAMPLE.state, message: 'its signature does not verify' }],
      operation: SAMPLE.operation,
    },
    {
      remote: 'origin',
      authority: false,
      beaten: [],
      tombstones: { added: [], applied: [] },
      sets: [],
      lines: 0,
      threads: [],
      findings: [],
      operation: null,
    },
  ],
  clone: [
    {
      directory: '/srv/core',
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      trustedOnFirstUse: true,
      owners: ['owner@example.com'],
      threads: 2,
      branch: 'main',
      attention: [{ message: 'you are not logged in', command: ['heddle', 'login'] }],
      replica: SAMPLE.replica,
      operation: SAMPLE.operation,
    },
    {
      directory: '/srv/core',
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      trustedOnFirstUse: false,
      owners: [],
      threads: 0,
      branch: null,
      attention: [],
      replica: SAMPLE.replica,
      operation: SAMPLE.operation,
    },
  ],
  'remote-add': [{ remote: 'origin', url: 'https://example.com/acme/core.git' }],
  'remote-list': [
    {
      remotes: [
        {
          name: 'origin',
          url: 'https://example.com/acme/core.git',
          threads: 2,
          pushedAt: parseInstant('2026-11-21T13:20:00.000Z'),
          pulledAt: null,
        },
      ],
      replicas: [
        {
          replica: SAMPLE.replica,
          principal: 'dev@example.com',
          remote: 'origin',
          operations: 12,
          publishedAt: parseInstant('2026-11-21T13:20:00.000Z'),
        },
        {
          replica: SAMPLE.replica,
          principal: null,
          remote: null,
          operations: 1,
          publishedAt: parseInstant('2026-11-21T13:20:00.000Z'),
        },
      ],
    },
    { remotes: [], replicas: [] },
  ],
};
