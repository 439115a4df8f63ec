import { ACTOR, LEAST_CLAIM, NOTICE, SAMPLE, SCOPE, STATE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const PATCH = `diff --git a/src/a.ts b/src/a.ts
--- a/src/a.ts
+++ b/src/a.ts
@@ -1 +1 @@
-old
+new \u001b[31mred\u001b[0m
`;

/** Answers about states and the work tree. */
export const WORK_SAMPLES: Samples<
  | 'init'
  | 'status'
  | 'start'
  | 'capture'
  | 'restore'
  | 'log'
  | 'show'
  | 'diff'
  | 'oplog'
  | 'verify'
  | 'doctor'
> = {
  init: [
    {
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      principal: 'owner@example.com',
      replica: SAMPLE.replica,
      keyMade: true,
      gitMade: true,
      adopted: null,
      operation: SAMPLE.operation,
    },
    {
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      principal: 'owner@example.com',
      replica: SAMPLE.replica,
      keyMade: false,
      gitMade: false,
      adopted: {
        owners: ['owner@example.com'],
        threads: 2,
        tombstones: 1,
        signatures: 12,
        attention: [{ message: 'you are not logged in', command: ['heddle', 'login'] }],
      },
      operation: SAMPLE.operation,
    },
  ],
  status: [
    {
      repository: 'acme/core',
      worktree: '/srv/core',
      thread: 'task/login',
      state: SAMPLE.state,
      claim: { ...LEAST_CLAIM, process: 'unknown' },
      changed: [
        { path: 'src/a.ts', change: 'modified' },
        { path: 'odd%0Aname', change: 'added' },
        { path: 'link', change: 'type' },
        { path: 'gone', change: 'deleted' },
      ],
      landing: { thread: 'task/login', branch: 'main', unmerged: ['a.txt'] },
      credential: { ...SCOPE, kind: 'file', principal: 'dev@example.com', via: ['review-worker'] },
      role: { role: 'developer', at: 'acme/core' },
      agentDetected: 'CLAUDECODE',
      attention: [
        { message: 'the work tree has changes', command: ['heddle', 'capture', '-m', 'what it is for'] },
        { message: 'the token ends soon', command: null },
      ],
      requests: 2,
      hooks: { mode: 'enforce', ok: true },
      harness: 'claude-code',
    },
    {
      repository: 'acme/core',
      worktree: '/srv/core',
      thread: null,
      state: null,
      claim: null,
      changed: [],
      landing: null,
      credential: null,
      role: null,
      agentDetected: null,
      attention: [],
      requests: 2,
      hooks: null,
      harness: null,
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
          breakGlass: false,
          states: [],
        },
        {
          id: SAMPLE.operation,
          replica: SAMPLE.replica,
          seq: 2,
          at: SAMPLE.at,
          op: 'freeze',
          verdict: 'allow',
          code: null,
          stage: null,
          actor: ACTOR,
          via: [],
          resource: 'acme/core',
          breakGlass: true,
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
          breakGlass: false,
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
};
