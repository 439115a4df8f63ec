import type { IncidentResult } from '#domain/results/removal/incident-results.ts';
import { PROPOSAL_SAMPLES } from './proposal-samples.ts';
import { REMOVAL_SAMPLES } from './removal-samples.ts';
import { SAMPLE } from '../shared-samples.ts';
import type { Samples } from '../sample-types.ts';

const SEEN = { objects: 40, operations: 7, files: 20, places: 2, notSearched: ['a submodule'] };
const UNTOLD = {
  by: null,
  at: null,
  note: null,
  rotatedAt: null,
  seen: null,
  operation: null,
  commands: [],
} as const;

const OPEN: IncidentResult = {
  incident: SAMPLE.operation,
  status: 'open',
  reason: 'the mail key is in a log',
  by: 'anna@example.com',
  since: SAMPLE.since,
  closedAt: null,
  frozen: true,
  steps: [
    { ...UNTOLD, step: 'freeze', status: 'done', by: 'anna@example.com', at: SAMPLE.at, note: 'held' },
    { ...UNTOLD, step: 'find', status: 'done', seen: SEEN, operation: SAMPLE.operation },
    { ...UNTOLD, step: 'rotate', status: 'done', rotatedAt: SAMPLE.at },
    { ...UNTOLD, step: 'redact', status: 'skipped', note: 'it stands in Git alone' },
    { ...UNTOLD, step: 'purge', status: 'todo', commands: [['heddle', 'incident', 'purge']] },
  ],
  history: [
    { ...UNTOLD, step: 'find', status: 'done', seen: SEEN, operation: SAMPLE.operation },
    { ...UNTOLD, step: 'find', status: 'done', seen: { ...SEEN, places: 0 }, operation: SAMPLE.operation },
  ],
  tombstones: [
    {
      tombstone: SAMPLE.tombstone,
      status: 'purged',
      own: true,
      here: 'incomplete',
      places: ['refs/heads/main'],
      unconfirmed: [SAMPLE.replica],
    },
    { tombstone: SAMPLE.tombstone, status: 'redacted', own: false, here: null, places: [], unconfirmed: [] },
  ],
  proposals: PROPOSAL_SAMPLES['purge-proposals'].flatMap(({ proposals }) => proposals),
  outOfReach: ['backups'],
  found: REMOVAL_SAMPLES['redact-find'][0] ?? null,
  copies: {
    remotes: [
      {
        name: 'origin',
        url: 'https://example.com/acme/core.git',
        commands: [
          ['git', 'push', '--force', 'origin', 'refs/heads/main:refs/heads/main'],
          ['heddle', 'push', 'origin', '--all'],
        ],
      },
    ],
    moved: ['refs/heads/main'],
    clones: [{ replica: SAMPLE.replica, by: 'ben@example.com', tombstones: [SAMPLE.tombstone] }],
  },
  operation: SAMPLE.operation,
};

const NONE: IncidentResult = {
  incident: null,
  status: 'none',
  reason: null,
  by: null,
  since: null,
  closedAt: null,
  frozen: false,
  steps: [{ ...UNTOLD, step: 'freeze', status: 'todo', commands: [['heddle', 'incident', 'freeze']] }],
  history: [],
  tombstones: [],
  proposals: [],
  outOfReach: [],
  found: null,
  copies: null,
  operation: null,
};

/** Answers about incidents. */
export const INCIDENT_SAMPLES: Samples<'incident' | 'incident-paper' | 'incident-check'> = {
  incident: [
    NONE,
    OPEN,
    { ...OPEN, status: 'closed', closedAt: SAMPLE.at, frozen: false, found: null, copies: null },
  ],
  'incident-paper': [
    { incident: SAMPLE.operation, account: ['freeze: done'], line: '{}', texts: '{}', chain: 'AAAA' },
  ],
  'incident-check': [
    {
      ok: true,
      why: null,
      operation: SAMPLE.operation,
      by: 'anna@example.com',
      at: SAMPLE.at,
      holder: SAMPLE.key,
      account: ['freeze: done'],
    },
    {
      ok: false,
      why: 'its signature does not verify',
      operation: SAMPLE.operation,
      by: 'anna@example.com',
      at: SAMPLE.at,
      holder: SAMPLE.key,
      account: [],
    },
  ],
};
