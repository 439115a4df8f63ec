import { parseId } from '#domain/id.ts';
import type {
  PurgeApproveResult,
  PurgeProposal,
  PurgeProposalsResult,
  PurgeProposeResult,
} from '#domain/results/removal/proposal-results.ts';
import { parseInstant } from '#domain/time.ts';

const request = parseId('hq', `hq-5n8r2t6y${'9'.repeat(43)}0`);
const operation = parseId('ho', `ho-9t3c1w8q${'6'.repeat(43)}0`);
const at = parseInstant('2026-11-21T13:20:00.000Z');

const proposal: PurgeProposal = {
  request,
  status: 'open',
  tombstone: `hr-7w4n2k9x${'3'.repeat(43)}0`,
  rewriteGit: false,
  reasonCode: 'credential',
  redacted: 'mail key captured by mistake',
  paths: ['.env', 'deploy/.env'],
  resources: ['acme/core@task/login:.env', 'acme/core@task/login:deploy/.env'],
  states: 3,
  principal: 'owner@example.com',
  via: [],
  reason: 'the key is rotated',
  at,
  expires: parseInstant('2026-11-22T13:20:00.000Z'),
  approvals: [{ principal: 'mara@example.com', at, reason: 'seen' }],
  excluded: [],
  quorum: 3,
  people: ['owner@example.com', 'mara@example.com'],
  wait: 3600,
  earliest: parseInstant('2026-11-21T14:20:00.000Z'),
  next: {
    argv: ['heddle', 'purge', 'approve', request],
    who: ['noor@example.com'],
    needs: { role: 'owner', at: 'acme/core@task/login:.env' },
    why: 'one more person agrees; then it waits at the gate policy until 2026-11-21 14:20 UTC',
  },
  why: null,
};
const bare: PurgeProposal = {
  ...proposal,
  status: 'void',
  rewriteGit: true,
  reasonCode: null,
  redacted: null,
  paths: [],
  states: 0,
  via: ['lead'],
  reason: null,
  approvals: [{ principal: 'mara@example.com', at, reason: null }],
  quorum: null,
  people: [],
  wait: null,
  earliest: null,
  next: null,
};

/** Answers of the verbs about proposed purges that have a shape of their own. */
export const PROPOSAL_SAMPLES: {
  readonly 'purge-propose': readonly PurgeProposeResult[];
  readonly 'purge-approve': readonly PurgeApproveResult[];
  readonly 'purge-proposals': readonly PurgeProposalsResult[];
} = {
  'purge-propose': [
    { created: true, proposal, fix: null, operation },
    { created: false, proposal: { ...proposal, earliest: null }, fix: null, operation: null },
    { created: false, proposal: null, fix: ['heddle', 'purge', proposal.tombstone], operation: null },
  ],
  'purge-approve': [
    { proposal, dryRun: false, operation },
    { proposal: { ...proposal, quorum: 1 }, dryRun: true, operation: null },
    {
      proposal: {
        ...proposal,
        quorum: 1,
        people: [],
        excluded: ['owner@example.com', 'mara@example.com'],
        next: null,
        why: '1 more must agree, and nobody else is owner there',
      },
      dryRun: true,
      operation: null,
    },
  ],
  'purge-proposals': [
    { proposals: [proposal, bare], damaged: 1 },
    { proposals: [], damaged: 0 },
    {
      proposals: (['approved', 'denied', 'expired', 'used'] as const).map((status) => ({ ...bare, status })),
      damaged: 0,
    },
  ],
};
