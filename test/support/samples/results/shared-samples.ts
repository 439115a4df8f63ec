import type { RecordedDenial } from '#domain/decision/decision.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import type { ClaimSummary } from '#domain/results/thread-results.ts';
import type { EffectiveScope } from '#domain/results/token-results.ts';
import type { RedactionNotice, StateSummary } from '#domain/results/work-results.ts';
import { parseInstant } from '#domain/time.ts';

const letters = (letter: string): string => `${letter.repeat(51)}0`;

/** Ids, times and keys for tests about shape and wording. */
export const SAMPLE = {
  state: parseId('hs', `hs-${letters('1')}`),
  parent: parseId('hs', `hs-${letters('2')}`),
  tree: parseId('ht', `ht-${letters('3')}`),
  genesis: parseId('hg', `hg-${letters('4')}`),
  grant: parseId('hg', `hg-4k2m9x7p${letters('5').slice(8)}`),
  operation: parseId('ho', `ho-9t3c1w8q${letters('6').slice(8)}`),
  replica: parseDigest(letters('7')),
  tombstone: parseId('hr', `hr-8m4q2v6n${letters('8').slice(8)}`),
  at: parseInstant('2026-11-21T13:20:00.000Z'),
  since: parseInstant('2026-11-02T08:00:00.000Z'),
  later: parseInstant('2026-11-22T01:00:00.000Z'),
  key: '7f3c'.repeat(16),
} as const;

/** A denial at role, as in the documentation. */
export const SAMPLE_DENIAL: RecordedDenial = {
  id: SAMPLE.operation,
  preserved: 'nothing was changed',
  denial: {
    code: 'ROLE_INSUFFICIENT',
    stage: 'role',
    operation: 'state:capture',
    resource: 'acme/core@main',
    denied: ['acme/core@main'],
    principal: 'dev@example.com',
    via: [{ agent: 'review-worker', block: 1, key: SAMPLE.key }],
    required: { role: 'developer', at: 'acme/core@main' },
    held: { role: 'reader', at: 'acme', grant: SAMPLE.grant, by: 'owner@example.com', since: SAMPLE.since },
    nearest: null,
    failed: [],
    fixes: [
      {
        argv: ['heddle', 'grant', 'add', 'dev@example.com', 'developer', 'acme/core@main'],
        who: ['owner@example.com'],
        needs: { role: 'owner', at: 'acme' },
        why: 'the same request is then allowed',
      },
    ],
    why: null,
    gates: ['freeze', 'credential', 'holder', 'floor', 'scope', 'role'],
    policy: SAMPLE.genesis,
    rule: null,
    message: 'reader is held where developer is needed',
  },
};

/** A denial at scope through two agents. */
export const SCOPE_DENIAL: RecordedDenial = {
  id: null,
  preserved: 'nothing was asked to change',
  denial: {
    ...SAMPLE_DENIAL.denial,
    code: 'SCOPE_RESOURCE',
    stage: 'scope',
    denied: ['acme/core@main:docs', 'acme/core@main:test'],
    via: [
      { agent: 'planner', block: 1, key: SAMPLE.key },
      { agent: 'writer', block: 2, key: SAMPLE.key },
    ],
    required: null,
    held: null,
    nearest: null,
    failed: [
      {
        block: 2,
        agent: 'writer',
        check: 'only at acme/core:src',
        datalog: 'check if within("acme/core:src")',
        expected: ['acme/core:src'],
        actual: 'acme/core@main:docs',
      },
    ],
    fixes: [],
    why: 'planner has no more to give',
    gates: ['freeze', 'credential', 'holder', 'floor', 'scope'],
    message: 'two paths are outside the scope',
  },
};

export const ACTOR = {
  principal: 'dev@example.com',
  agent: 'review-worker',
  provider: 'example',
  model: 'model-1',
  session: 's-1',
  confidence: '0.80',
};

export const NOTICE: RedactionNotice = {
  path: 'src/key.pem',
  tombstone: SAMPLE.tombstone,
  reasonCode: 'credential',
  by: 'owner@example.com',
  at: SAMPLE.at,
  reason: 'a deploy key\u001b[2J',
  purged: false,
};

export const STATE: StateSummary = {
  state: SAMPLE.state,
  thread: 'task/login',
  parents: [SAMPLE.parent],
  tree: SAMPLE.tree,
  intent: 'Check the password\n\nTwice.',
  task: 'Add a login page',
  capturedAt: SAMPLE.at,
  actor: ACTOR,
  via: ['planner', 'review-worker'],
  attestation: 'verified',
  policy: SAMPLE.genesis,
  holder: SAMPLE.key,
  redacted: [],
};

export const SCOPE: EffectiveScope = {
  operations: ['state:read', 'state:capture'],
  resources: [['acme/core:src', 'acme/core:test'], ['acme']],
  expires: SAMPLE.later,
  depthLeft: 1,
  budgets: [
    { budget: 'states', holder: SAMPLE.key, atMost: 10, left: 7 },
    { budget: 'minutes', holder: SAMPLE.key, atMost: 30, left: 30 },
  ],
};

export const OPEN_SCOPE: EffectiveScope = {
  operations: null,
  resources: [],
  expires: null,
  depthLeft: null,
  budgets: [{ budget: 'lines', holder: SAMPLE.key, atMost: 1, left: null }],
};

export const HELD_ROLE = {
  role: 'developer',
  at: 'acme/core',
  grant: SAMPLE.grant,
  by: 'owner@example.com',
  since: SAMPLE.since,
} as const;

export const CLAIM: ClaimSummary = {
  principal: 'dev@example.com',
  agent: 'worker\u001b[2J',
  session: 'c-1',
  pid: 4711,
  process: 'dead',
  since: SAMPLE.since,
  heartbeat: SAMPLE.at,
  ends: SAMPLE.later,
};

export const LEAST_CLAIM: ClaimSummary = {
  ...CLAIM,
  agent: null,
  session: null,
  process: 'alive',
  ends: null,
};
