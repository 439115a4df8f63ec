import type { RecordedDenial } from '#domain/decision/decision.ts';
import { denialResult } from '#domain/decision/denial-result.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import type { ResultKind, Results } from '#domain/results.ts';
import type { GrantResult } from '#domain/results/grant-results.ts';
import type { Residue, TombstoneSummary } from '#domain/results/removal-results.ts';
import type { EffectiveScope, TokenDiff } from '#domain/results/token-results.ts';
import type { RedactionNotice, StateSummary } from '#domain/results/work-results.ts';
import type { RunSummary } from '#domain/results/run-results.ts';
import { parseInstant } from '#domain/time.ts';
import { REQUEST_SAMPLES } from './request-samples.ts';

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

const RULES = { ...NO_RULES };

const ACTOR = {
  principal: 'dev@example.com',
  agent: 'review-worker',
  provider: 'example',
  model: 'model-1',
  session: 's-1',
  confidence: '0.80',
};

const NOTICE: RedactionNotice = {
  path: 'src/key.pem',
  tombstone: SAMPLE.tombstone,
  reasonCode: 'credential',
  by: 'owner@example.com',
  at: SAMPLE.at,
  reason: 'a deploy key\u001b[2J',
  purged: false,
};

const STATE: StateSummary = {
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

const SCOPE: EffectiveScope = {
  operations: ['state:read', 'state:capture'],
  resources: [['acme/core:src', 'acme/core:test'], ['acme']],
  expires: SAMPLE.later,
  depthLeft: 1,
  budgets: [
    { budget: 'states', holder: SAMPLE.key, atMost: 10, left: 7 },
    { budget: 'minutes', holder: SAMPLE.key, atMost: 30, left: 30 },
  ],
};
const OPEN_SCOPE: EffectiveScope = {
  operations: null,
  resources: [],
  expires: null,
  depthLeft: null,
  budgets: [{ budget: 'lines', holder: SAMPLE.key, atMost: 1, left: null }],
};

const GRANT: GrantResult = {
  id: SAMPLE.grant,
  principal: 'dev@example.com',
  role: 'developer',
  resource: 'acme/core',
  by: 'owner@example.com',
  since: SAMPLE.since,
  until: SAMPLE.later,
  reason: 'works on the login',
};
const HELD_ROLE = {
  role: 'developer',
  at: 'acme/core',
  grant: SAMPLE.grant,
  by: 'owner@example.com',
  since: SAMPLE.since,
} as const;

const KEYS = { principal: 'dev@example.com', root: SAMPLE.key, record: SAMPLE.key };

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
};

const PATCH = `diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -1 +1 @@
-old
+new \u001b[31mred\u001b[0m
`;

const HELD: readonly Residue[] = [
  { place: 'pack', where: 'objects/pack/pack-1.pack', owner: 'heddle', note: null },
  { place: 'loose-object', where: 'objects/ab/cd', owner: 'heddle', note: null },
  { place: 'loose-object', where: 'objects/ab/ef', owner: 'heddle', note: 'a tree that names it' },
  { place: 'ref', where: 'refs/heads/main', owner: 'git', note: 'in 3 commits' },
  { place: 'worktree', where: 'notes%0A.txt', owner: 'user', note: null },
];

const TOMBSTONE: TombstoneSummary = {
  tombstone: SAMPLE.tombstone,
  status: 'purged',
  reasonCode: 'credential',
  reason: 'a key was captured by mistake',
  paths: ['.env', 'old/.env'],
  at: SAMPLE.at,
  rotatedAt: SAMPLE.since,
  actor: ACTOR,
  covers: 2,
  attestation: 'verified',
};
const LEAST_TOMBSTONE: TombstoneSummary = {
  ...TOMBSTONE,
  status: 'redacted',
  reason: null,
  paths: [],
  rotatedAt: null,
  actor: { ...ACTOR, agent: null, provider: null, model: null, session: null, confidence: null },
  covers: 1,
  attestation: 'invalid',
};

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

/** For every kind of answer a full sample first, then one with as little as there can be. */
const UNDO_TARGET = {
  id: SAMPLE.operation,
  at: SAMPLE.at,
  op: 'capture',
  principal: 'dev@example.com',
  agent: 'worker',
  resource: 'acme/core@task/login',
} as const;

export const RESULT_SAMPLES: { readonly [Kind in ResultKind]: readonly Results[Kind][] } = {
  ...REQUEST_SAMPLES,
  init: [
    {
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      principal: 'owner@example.com',
      replica: SAMPLE.replica,
      keyMade: true,
      gitMade: true,
      operation: SAMPLE.operation,
    },
  ],
  status: [
    {
      repository: 'acme/core',
      worktree: '/srv/core',
      thread: 'task/login',
      state: SAMPLE.state,
      changed: [
        { path: 'src/a.ts', change: 'modified' },
        { path: 'odd%0Aname', change: 'added' },
        { path: 'link', change: 'type' },
        { path: 'gone', change: 'deleted' },
      ],
      credential: { ...SCOPE, kind: 'file', principal: 'dev@example.com', via: ['review-worker'] },
      role: { role: 'developer', at: 'acme/core' },
      agentDetected: 'CLAUDECODE',
      attention: [
        { message: 'the work tree has changes', command: ['heddle', 'capture', '-m', 'what it is for'] },
        { message: 'the token ends soon', command: null },
      ],
      requests: 2,
      hooks: null,
    },
    {
      repository: 'acme/core',
      worktree: '/srv/core',
      thread: null,
      state: null,
      changed: [],
      credential: null,
      role: null,
      agentDetected: null,
      attention: [],
      requests: 2,
      hooks: null,
    },
  ],
  login: [
    {
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: '*',
      holder: SAMPLE.key,
      expires: SAMPLE.later,
      keyMade: true,
    },
  ],
  whoami: [
    {
      actor: ACTOR,
      sources: {
        principal: 'credential',
        agent: 'credential',
        provider: 'flag',
        model: 'flag',
        session: 'environment',
        confidence: 'environment',
      },
      credential: { ...OPEN_SCOPE, kind: 'session', principal: 'dev@example.com', via: [] },
      keys: { root: SAMPLE.key, record: SAMPLE.key },
      registered: true,
      roles: [{ role: 'developer', at: 'acme/core' }],
      agentDetected: 'AI_AGENT',
    },
    {
      actor: null,
      sources: null,
      credential: null,
      keys: null,
      registered: null,
      roles: [],
      agentDetected: null,
    },
  ],
  'key-new': [{ ...KEYS, text: 'heddle-key:AAAA', encrypted: true }],
  'key-list': [
    {
      keys: [
        { ...KEYS, here: true, encrypted: false, registered: true, revoked: false },
        { ...KEYS, here: false, encrypted: null, registered: null, revoked: true },
      ],
    },
    { keys: [] },
  ],
  'key-add': [{ ...KEYS, id: SAMPLE.grant, operation: SAMPLE.operation }],
  'key-export': [{ ...KEYS, text: 'heddle-key:AAAA' }],
  land: [
    {
      thread: 'task/login',
      branch: 'main',
      landed: true,
      dryRun: false,
      from: 'ab'.repeat(20),
      to: 'cd'.repeat(20),
      states: [SAMPLE.state],
      commits: [{ commit: 'cd'.repeat(20), state: SAMPLE.state, message: 'Add a login page\n' }],
      changed: [{ path: 'src/login.ts', change: 'added' }],
      worktrees: [{ directory: '/srv/core', left: true }],
      problems: [],
      operation: SAMPLE.operation,
    },
    {
      thread: 'task/login',
      branch: 'main',
      landed: false,
      dryRun: true,
      from: null,
      to: null,
      states: [SAMPLE.state],
      commits: [{ commit: null, state: SAMPLE.state, message: 'Add a login page\n' }],
      changed: [],
      worktrees: [],
      problems: [{ code: 'LAND_CONFLICT', message: 'both changed the same lines', paths: ['a.txt'] }],
      operation: null,
    },
  ],
  start: [
    {
      thread: 'task/login',
      task: 'Add a login page',
      from: SAMPLE.state,
      base: 'ab'.repeat(20),
      worktree: '/srv/login',
      operation: SAMPLE.operation,
    },
    { thread: 'x', task: null, from: null, base: null, worktree: '/w', operation: SAMPLE.operation },
  ],
  capture: [
    {
      state: SAMPLE.state,
      created: true,
      replaces: null,
      thread: 'task/login',
      parents: [SAMPLE.parent],
      changed: [{ path: 'src/a.ts', change: 'modified' }],
      unfaithful: [{ path: 'a.txt', why: 'line ends are converted' }],
      operation: SAMPLE.operation,
    },
    {
      state: SAMPLE.state,
      created: true,
      replaces: SAMPLE.parent,
      thread: 'task/login',
      parents: [],
      changed: [],
      unfaithful: [],
      operation: SAMPLE.operation,
    },
    {
      state: SAMPLE.state,
      created: false,
      replaces: null,
      thread: 'task/login',
      parents: [],
      changed: [],
      unfaithful: [],
      operation: null,
    },
  ],
  restore: [
    {
      thread: 'task/login',
      from: SAMPLE.state,
      restored: [{ path: 'src/a.ts', change: 'modified' }],
      operation: SAMPLE.operation,
    },
    { thread: 'task/login', from: '1'.repeat(40), restored: [], operation: null },
  ],
  log: [
    {
      thread: 'task/login',
      path: 'src/a.ts',
      states: [STATE, { ...STATE, intent: null, via: [], attestation: 'invalid', redacted: [NOTICE] }],
    },
    { thread: 'task/login', path: null, states: [] },
    { thread: 'task/login', path: '', states: [] },
  ],
  show: [
    { state: STATE, changed: [{ path: 'src/a.ts', change: 'modified' }], patch: PATCH },
    {
      state: {
        ...STATE,
        parents: [],
        intent: null,
        task: null,
        actor: { ...ACTOR, agent: null, session: null },
        redacted: [NOTICE, { ...NOTICE, path: 'b', reason: null, purged: true }],
      },
      changed: [],
      patch: null,
    },
  ],
  who: [
    {
      paths: ['src'],
      since: '2'.repeat(40),
      at: '1'.repeat(40),
      files: 3,
      lines: 40,
      unattributed: 10,
      shares: [
        {
          principal: 'dev@example.com',
          agent: 'writer',
          provider: 'example-provider',
          model: 'example-model-1',
          lines: 30,
          inferred: 4,
          states: 2,
        },
      ],
      skipped: [{ path: 'src/logo.png', why: 'binary' }],
    },
  ],
  'attribution-export': [
    {
      format: 'git-ai',
      since: '2'.repeat(40),
      until: '1'.repeat(40),
      records: [
        {
          commit: '1'.repeat(40),
          files: 1,
          lines: 4,
          inferred: 1,
          content: 'src/login.ts\n  h_31dce776f88375 1-4\n---\n{}',
        },
      ],
      skipped: [{ commit: '1'.repeat(40), path: 'src/a"b.ts', why: 'git-ai has no way to write its name' }],
    },
    { format: 'agent-trace', since: null, until: '1'.repeat(40), records: [], skipped: [] },
  ],
  blame: [
    {
      path: 'src/login.ts',
      at: null,
      lines: [
        {
          line: 1,
          text: 'export const answer = 42;',
          how: 'exact',
          state: SAMPLE.state,
          commit: null,
          actor: STATE.actor,
          path: 'src/login.ts',
          origin: 3,
        },
        {
          line: 2,
          text: 'export {};',
          how: 'unattributed',
          state: null,
          commit: '1'.repeat(40),
          actor: null,
          path: 'src/old.ts',
          origin: 9,
        },
      ],
      states: [STATE],
      redacted: [],
    },
    { path: 'empty', at: '1'.repeat(40), lines: [], states: [], redacted: [NOTICE] },
  ],
  diff: [
    {
      from: SAMPLE.state,
      to: null,
      changed: [{ path: 'src/a.ts', change: 'modified' }],
      patch: PATCH,
      redacted: [],
    },
    { from: null, to: SAMPLE.state, changed: [], patch: null, redacted: [] },
    {
      from: 'ab'.repeat(20),
      to: SAMPLE.state,
      changed: [{ path: 'src/key.pem', change: 'deleted' }],
      patch: '',
      redacted: [NOTICE],
    },
  ],
  'thread-list': [{ threads: [THREAD, EMPTY_THREAD] }, { threads: [] }],
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
    },
    { ...EMPTY_THREAD, from: null, base: null, startedBy: null, startedAt: null },
  ],
  'token-mint': [
    {
      file: 'night.hcred',
      descriptor: null,
      credential: null,
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: SAMPLE.genesis,
      holder: SAMPLE.key,
      expires: SAMPLE.later,
      plain: ['may state:capture', 'ends 2026-11-22'],
      operation: SAMPLE.operation,
    },
    {
      file: null,
      descriptor: 3,
      credential: null,
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: '*',
      holder: SAMPLE.key,
      expires: SAMPLE.later,
      plain: ['may state:capture'],
      operation: null,
    },
  ],
  'token-attenuate': [
    {
      file: 'review.hcred',
      descriptor: null,
      credential: null,
      agent: 'review-worker',
      holder: SAMPLE.key,
      expires: SAMPLE.later,
      plain: ['may state:read'],
      operation: SAMPLE.operation,
    },
    {
      file: null,
      descriptor: null,
      credential: '{"type":"credential"}\n',
      agent: 'review-worker',
      holder: SAMPLE.key,
      expires: null,
      plain: [],
      operation: null,
    },
    {
      file: null,
      descriptor: 3,
      credential: null,
      agent: 'review-worker',
      holder: SAMPLE.key,
      expires: null,
      plain: [],
      operation: null,
    },
  ],
  'token-inspect': [
    {
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: '*',
      root: SAMPLE.key,
      sealed: true,
      blocks: [
        {
          index: 0,
          kind: 'authority',
          agent: null,
          holder: SAMPLE.key,
          revocationId: 'ab'.repeat(64),
          plain: ['a session of dev@example.com'],
          datalog: ['principal("dev@example.com")'],
        },
        {
          index: 1,
          kind: 'attenuation',
          agent: null,
          holder: null,
          revocationId: 'cd'.repeat(64),
          plain: ['only at acme'],
          datalog: ['check if within("acme")'],
        },
      ],
      effective: SCOPE,
      trust: 'trusted',
      diff: {
        principal: 'dev@example.com',
        session: 'c2Vzc2lvbg',
        via: ['planner'],
        relation: 'descendant',
        gains: [],
        loses: [
          {
            what: 'operations',
            parent: ['state:read', 'undo'],
            child: ['state:read'],
            plain: 'may no longer undo',
          },
          { what: 'resources', parent: [], child: ['acme/core'], plain: 'is only within acme/core' },
        ],
      },
    },
    {
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: SAMPLE.genesis,
      root: null,
      sealed: false,
      blocks: [],
      effective: OPEN_SCOPE,
      trust: 'unchecked',
      diff: null,
    },
    {
      principal: 'dev@example.com',
      session: 'c2Vzc2lvbg',
      repo: '*',
      root: null,
      sealed: false,
      blocks: [],
      effective: OPEN_SCOPE,
      trust: 'unknown-root',
      diff: {
        principal: 'ann@example.com',
        session: 'b3RoZXI',
        via: [],
        relation: 'unrelated',
        gains: [{ what: 'expires', parent: [SAMPLE.at], child: [], plain: 'ends at no time' }],
        loses: [],
      },
    },
  ],
  'token-list': [
    {
      tokens: [
        {
          status: 'live',
          principal: 'dev@example.com',
          agent: 'writer',
          via: ['planner'],
          session: 'c2Vzc2lvbg',
          holder: SAMPLE.key,
          revocationId: 'ab'.repeat(64),
          expires: SAMPLE.later,
          madeAt: SAMPLE.since,
          operation: SAMPLE.operation,
          budgets: [{ budget: 'files', holder: SAMPLE.key, atMost: 50, left: 0 }],
          states: 4,
          operations: 12,
          denials: 1,
          lastSeen: SAMPLE.at,
        },
        {
          status: 'revoked',
          principal: 'dev@example.com',
          agent: null,
          via: [],
          session: 'c2Vzc2lvbg',
          holder: SAMPLE.key,
          revocationId: 'cd'.repeat(64),
          expires: null,
          madeAt: null,
          operation: null,
          budgets: [],
          states: 0,
          operations: 0,
          denials: 0,
          lastSeen: null,
        },
      ],
    },
    { tokens: [] },
  ],
  'token-verify': [
    { ok: true, principal: 'dev@example.com', findings: [] },
    {
      ok: false,
      principal: null,
      findings: [{ kind: 'expired', subject: 'token', message: 'it has ended' }],
    },
  ],
  'grant-add': [{ grant: GRANT, operation: SAMPLE.operation }],
  'grant-remove': [
    { grant: { ...GRANT, until: null }, reason: 'left the team', operation: SAMPLE.operation },
    { grant: { ...GRANT, reason: null }, reason: null, operation: SAMPLE.operation },
  ],
  'grant-list': [
    {
      at: 'acme/core@main',
      grants: [
        { ...GRANT, reach: 'inherited' },
        { ...GRANT, resource: 'acme/core@main', until: null, reason: null, reach: 'direct' },
      ],
      effective: [
        {
          principal: 'dev@example.com',
          registered: true,
          at: 'acme/core@main',
          held: HELD_ROLE,
          reach: 'inherited',
        },
        { principal: 'nobody', registered: false, at: 'acme/core@main', held: null, reach: null },
        { principal: 'eve@example.com', registered: true, at: 'acme/core@main', held: null, reach: null },
      ],
    },
    { at: null, grants: [{ ...GRANT, role: 'owner', until: null, reach: null }], effective: null },
    { at: null, grants: [], effective: null },
  ],
  'grant-log': [
    {
      entries: [
        {
          record: SAMPLE.genesis,
          action: 'remove',
          by: 'owner@example.com',
          at: SAMPLE.later,
          reason: 'left the team',
          grant: { ...GRANT, until: null },
          status: 'removed',
        },
        {
          record: SAMPLE.grant,
          action: 'add',
          by: 'owner@example.com',
          at: SAMPLE.since,
          reason: null,
          grant: { ...GRANT, until: null, reason: null },
          status: 'removed',
        },
      ],
    },
    { entries: [] },
  ],
  'policy-set': [
    {
      id: SAMPLE.grant,
      resource: 'acme/core@release',
      dryRun: false,
      changes: [
        { rule: 'attribution', before: 'warn', after: 'required' },
        { rule: 'models', before: null, after: ['model-1', 'model-2'] },
        { rule: 'life', before: 14_400, after: null },
      ],
      effective: { ...RULES, attribution: 'required', models: ['model-1', 'model-2'], depth: 1 },
      affected: [
        {
          principal: 'dev@example.com',
          via: ['review-worker'],
          session: 's-1',
          revocationId: '0f'.repeat(64),
          expires: SAMPLE.later,
          code: 'POLICY_ACTOR',
          message:
            'review-worker runs on model-3, and only model-1, model-2 may be used at acme/core@release',
        },
      ],
      reason: 'before the release',
      operation: SAMPLE.operation,
    },
    {
      id: null,
      resource: 'acme/core',
      dryRun: true,
      changes: [{ rule: 'agents', before: null, after: 'any' }],
      effective: { ...RULES, agents: 'any' },
      affected: [],
      reason: null,
      operation: null,
    },
    {
      id: null,
      resource: 'acme/core',
      dryRun: false,
      changes: [],
      effective: RULES,
      affected: [],
      reason: null,
      operation: null,
    },
  ],
  'policy-show': [
    {
      resource: 'acme/core@release/1',
      own: {
        id: SAMPLE.grant,
        resource: 'acme/core@release/1',
        rules: { ...RULES, guarded: ['purge:apply'], quorum: 2, wait: 5400 },
        by: 'owner@example.com',
        since: SAMPLE.since,
        reason: 'before the release',
      },
      inherited: [
        {
          id: SAMPLE.genesis,
          resource: 'acme/core',
          rules: { ...RULES, attestation: 'warn', life: 28_800 },
          by: 'owner@example.com',
          since: SAMPLE.since,
          reason: null,
        },
      ],
      effective: {
        ...RULES,
        attestation: 'warn',
        life: 28_800,
        guarded: ['purge:apply'],
        quorum: 2,
        wait: 5400,
      },
    },
    { resource: 'acme/core', own: null, inherited: [], effective: RULES },
  ],
  'policy-log': [
    {
      entries: [
        {
          id: SAMPLE.grant,
          resource: 'acme/core',
          by: 'owner@example.com',
          at: SAMPLE.later,
          reason: 'agents come and go',
          changes: [{ rule: 'depth', before: 2, after: 0 }],
          inForce: true,
        },
        {
          id: SAMPLE.genesis,
          resource: 'acme/core',
          by: 'owner@example.com',
          at: SAMPLE.since,
          reason: null,
          changes: [{ rule: 'depth', before: null, after: 2 }],
          inForce: false,
        },
      ],
    },
    { entries: [] },
  ],
  can: [
    {
      as: null,
      allowed: true,
      decision: {
        operation: 'state:capture',
        resources: ['acme/core@main'],
        principal: 'dev@example.com',
        via: [{ agent: 'review-worker', block: 1, key: SAMPLE.key }],
        required: { role: 'developer', at: 'acme/core@main' },
        held: HELD_ROLE,
        scope: [{ block: 1, agent: 'review-worker', plain: ['only at acme/core'] }],
        gates: ['freeze', 'credential', 'holder', 'floor', 'scope', 'role', 'policy'],
        policy: SAMPLE.genesis,
        warnings: ['review-worker does not say which provider and model it runs on'],
      },
      denial: null,
    },
    { as: 'dev@example.com', allowed: false, decision: null, denial: denialResult(SAMPLE_DENIAL) },
  ],
  'can-matrix': [
    {
      as: null,
      principal: 'dev@example.com',
      via: ['review-worker'],
      resources: ['acme/core', 'acme/core@task/login'],
      rows: [
        {
          operation: 'state:capture',
          role: 'developer',
          cells: [
            { resource: 'acme/core', answer: 'no', stage: 'scope', code: 'SCOPE_RESOURCE' },
            { resource: 'acme/core@task/login', answer: 'yes', stage: null, code: null },
          ],
        },
        {
          operation: 'undo',
          role: 'maintainer',
          cells: [
            { resource: 'acme/core', answer: 'no', stage: 'role', code: 'ROLE_NONE' },
            { resource: 'acme/core@task/login', answer: 'own', stage: 'role', code: 'ROLE_INSUFFICIENT' },
          ],
        },
      ],
      policy: SAMPLE.genesis,
    },
    {
      as: 'dev@example.com',
      principal: null,
      via: [],
      resources: ['acme/core'],
      rows: [{ operation: 'request', role: 'developer', cells: [] }],
      policy: SAMPLE.genesis,
    },
  ],
  undo: [
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'capture', states: [SAMPLE.parent] },
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'thread-start', states: [] },
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'redact', states: [SAMPLE.state] },
  ],
  'undo-list': [
    {
      operations: [
        { ...UNDO_TARGET, status: 'stands', why: null, by: null },
        { ...UNDO_TARGET, status: 'undone', why: 'it was undone already', by: SAMPLE.operation },
        { ...UNDO_TARGET, status: 'blocked', why: 'something was done there since', by: SAMPLE.operation },
        {
          ...UNDO_TARGET,
          op: 'purge',
          agent: null,
          resource: null,
          status: 'final',
          why: 'gone',
          by: null,
        },
        { ...UNDO_TARGET, status: 'gone', why: 'it is void', by: SAMPLE.operation },
      ],
    },
    { operations: [] },
  ],
  'undo-preview': [
    {
      does: 'undo',
      target: UNDO_TARGET,
      own: true,
      needs: { operation: 'undo', resources: ['acme/core@task/login'] },
      denied: null,
      plan: {
        threads: [
          {
            thread: 'task/login',
            from: SAMPLE.state,
            to: SAMPLE.parent,
            changed: [{ path: 'src/a.ts', change: 'modified' }],
          },
          { thread: 'task/x', from: null, to: null, changed: [] },
        ],
        record: false,
      },
    },
    {
      does: 'redo',
      target: { ...UNDO_TARGET, op: 'grant-add', agent: null },
      own: false,
      needs: { operation: 'grant:write', resources: ['acme/core'] },
      denied: null,
      plan: { threads: [], record: true },
    },
    {
      does: 'undo',
      target: UNDO_TARGET,
      own: false,
      needs: { operation: 'undo', resources: ['acme/core@task/login'] },
      denied: 'ROLE_INSUFFICIENT',
      plan: null,
    },
  ],
  redo: [
    {
      operation: SAMPLE.operation,
      undo: SAMPLE.operation,
      redone: SAMPLE.operation,
      op: 'capture',
      states: [SAMPLE.state],
    },
    {
      operation: SAMPLE.operation,
      undo: SAMPLE.operation,
      redone: SAMPLE.operation,
      op: 'grant-add',
      states: [],
    },
  ],
  oplog: [
    {
      operations: [
        {
          id: SAMPLE.operation,
          replica: SAMPLE.replica,
          seq: 1,
          at: SAMPLE.at,
          op: 'capture',
          verdict: 'deny',
          code: 'ROLE_INSUFFICIENT',
          stage: 'role',
          actor: ACTOR,
          via: ['review-worker'],
          resource: 'acme/core@main',
          states: [],
        },
        {
          id: SAMPLE.operation,
          replica: SAMPLE.replica,
          seq: 0,
          at: SAMPLE.since,
          op: 'init',
          verdict: 'allow',
          code: null,
          stage: null,
          actor: { ...ACTOR, agent: null, provider: null, model: null, session: null, confidence: null },
          via: [],
          resource: null,
          states: [SAMPLE.state],
        },
      ],
    },
    { operations: [] },
  ],
  verify: [
    {
      ok: true,
      checked: { states: 2, signatures: 4, chains: 1, operations: 3, records: 2, objects: 20, tombstones: 1 },
      findings: [],
    },
    {
      ok: false,
      checked: { states: 0, signatures: 0, chains: 0, operations: 0, records: 0, objects: 0, tombstones: 0 },
      findings: [{ kind: 'signature', subject: SAMPLE.state, message: 'the signature is not the holder’s' }],
    },
  ],
  doctor: [
    { ok: true, index: { status: 'rebuilt', entries: 3000 }, findings: [] },
    {
      ok: false,
      index: { status: 'damaged', entries: null },
      findings: [
        { kind: 'access', subject: '/srv/home/keys', message: 'is open to others: its mode is 0755' },
        {
          kind: 'leftover',
          subject: '/srv/core/.git/heddle/tmp/7.a',
          message: 'nobody needs this temporary file',
        },
      ],
    },
  ],
  'token-revoke': [
    {
      id: SAMPLE.grant,
      session: null,
      block: '0a'.repeat(64),
      principal: 'dev@example.com',
      via: ['planner', 'worker\u001b[2J'],
      operation: SAMPLE.operation,
    },
    {
      id: SAMPLE.grant,
      session: 'c2Vzc2lvbg',
      block: null,
      principal: null,
      via: [],
      operation: SAMPLE.operation,
    },
    {
      id: null,
      session: null,
      block: '0a'.repeat(64),
      principal: 'dev@example.com',
      via: [],
      operation: null,
    },
  ],
  'key-revoke': [
    {
      principal: 'dev@example.com\u001b[2J',
      root: SAMPLE.key,
      record: SAMPLE.key,
      id: SAMPLE.grant,
      operation: SAMPLE.operation,
    },
  ],
  'key-rotate': [
    {
      principal: 'dev@example.com\u001b[2J',
      root: SAMPLE.key,
      record: SAMPLE.key,
      id: SAMPLE.grant,
      replaced: SAMPLE.key,
      operation: SAMPLE.operation,
    },
  ],
  freeze: [
    {
      id: SAMPLE.grant,
      by: 'owner@example.com',
      since: SAMPLE.at,
      reason: 'a leak\u001b[2J',
      operation: SAMPLE.operation,
    },
    {
      id: SAMPLE.grant,
      by: 'owner@example.com',
      since: SAMPLE.at,
      reason: null,
      operation: SAMPLE.operation,
    },
  ],
  unfreeze: [
    {
      id: SAMPLE.grant,
      frozen: { by: 'owner@example.com', since: SAMPLE.at },
      operation: SAMPLE.operation,
    },
  ],
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
  redact: [
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'credential',
      rotatedAt: null,
      states: [SAMPLE.state, SAMPLE.parent],
      places: [
        { thread: 'task/login', path: '.env', states: 2 },
        { thread: 'main', path: 'old/odd%0Aname', states: 1 },
      ],
      replaced: [{ worktree: '/srv/core', path: '.env' }],
      edited: [{ worktree: '/srv/login', path: '.env' }],
      residue: HELD,
      dryRun: false,
      operation: SAMPLE.operation,
    },
    {
      tombstone: null,
      reasonCode: 'other',
      rotatedAt: SAMPLE.at,
      states: [SAMPLE.state],
      places: [{ thread: 'task/login', path: '.env', states: 1 }],
      replaced: [],
      edited: [],
      residue: [],
      dryRun: true,
      operation: null,
    },
  ],
  purge: [
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'credential',
      rotatedAt: null,
      outcome: 'incomplete',
      states: [SAMPLE.state],
      destroyed: ['loose object', 'loose object', 'reflog entry of refs/heads/main'],
      residue: HELD,
      dryRun: false,
      operation: SAMPLE.operation,
    },
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'credential',
      rotatedAt: SAMPLE.at,
      outcome: 'complete',
      states: [],
      destroyed: [],
      residue: [],
      dryRun: false,
      operation: SAMPLE.operation,
    },
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'other',
      rotatedAt: null,
      outcome: null,
      states: [SAMPLE.state, SAMPLE.parent],
      destroyed: [],
      residue: HELD,
      dryRun: true,
      operation: null,
    },
  ],
  'tombstone-list': [
    {
      tombstones: [TOMBSTONE, LEAST_TOMBSTONE],
      findings: [
        { kind: 'tombstone', subject: 'refs/heddle/tombstones', message: 'its commit is another one' },
      ],
    },
    { tombstones: [], findings: [] },
  ],
  'tombstone-show': [
    {
      ...TOMBSTONE,
      policy: SAMPLE.genesis,
      holder: SAMPLE.key,
      lifts: [{ by: 'owner@example.com', at: SAMPLE.at, reason: 'too early', attestation: 'verified' }],
      purges: [{ by: 'owner@example.com', at: SAMPLE.later, reason: null, attestation: 'verified' }],
      receipts: [
        {
          replica: SAMPLE.replica,
          here: true,
          at: SAMPLE.later,
          outcome: 'incomplete',
          places: ['refs/heads/main'],
          attestation: 'verified',
        },
        {
          replica: SAMPLE.replica,
          here: false,
          at: SAMPLE.later,
          outcome: 'complete',
          places: [],
          attestation: 'unsigned',
        },
      ],
      unconfirmed: [SAMPLE.replica],
    },
    {
      ...LEAST_TOMBSTONE,
      policy: SAMPLE.genesis,
      holder: SAMPLE.key,
      lifts: [],
      purges: [],
      receipts: [],
      unconfirmed: [],
    },
  ],
  'tombstone-verify': [
    {
      ok: true,
      checked: { tombstones: 2, lifts: 1, purges: 1, receipts: 2, signatures: 6, replacements: 4 },
      findings: [],
    },
    {
      ok: false,
      checked: { tombstones: 0, lifts: 0, purges: 0, receipts: 0, signatures: 0, replacements: 0 },
      findings: [{ kind: 'replacement', subject: '.env', message: 'something else stands in its place' }],
    },
  ],
};
