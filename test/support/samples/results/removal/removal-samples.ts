import type { Residue, TombstoneSummary } from '#domain/results/removal-results.ts';
import { ACTOR, SAMPLE } from '../shared-samples.ts';
import type { Samples } from '../sample-types.ts';

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
  hides: true,
  reasonCode: 'credential',
  reason: 'a key was captured by mistake',
  paths: ['.env', 'old/.env'],
  at: SAMPLE.at,
  rotatedAt: SAMPLE.since,
  actor: ACTOR,
  covers: 2,
  parts: 3,
  names: 1,
  texts: [],
  attestation: 'verified',
};
const LEAST_TOMBSTONE: TombstoneSummary = {
  ...TOMBSTONE,
  status: 'redacted',
  reason: null,
  paths: [],
  rotatedAt: null,
  actor: { ...ACTOR, agent: null, provider: null, model: null, session: null, confidence: null },
  covers: 0,
  parts: null,
  names: 0,
  texts: [],
  attestation: 'invalid',
};

/** Answers about removals. */
const REWRITTEN = {
  commits: 12,
  refs: ['refs/heads/main', 'refs/tags/v1'],
  worktrees: [
    { directory: '/home/dev/shop', ref: 'refs/heads/main' },
    { directory: '/home/dev/shop-look', ref: null },
  ],
  stashes: 1,
  notes: 2,
  signedCommits: [{ commit: '2'.repeat(40), subject: 'Add the mail key' }],
  unsigned: 1,
  signedTags: ['refs/tags/v1'],
  masked: { paths: ['conf/old.env', 'docs/setup.md'], files: 3, messages: 1 },
};

export const REMOVAL_SAMPLES: Samples<
  | 'redact-find'
  | 'redact'
  | 'purge'
  | 'clean-of'
  | 'tombstone-list'
  | 'tombstone-receive'
  | 'tombstone-show'
  | 'tombstone-verify'
> = {
  'redact-find': [
    {
      found: true,
      places: [
        {
          place: 'file',
          where: '.env',
          thread: 'task/login',
          state: SAMPLE.state,
          states: 2,
          forms: ['plain', 'base64'],
          note: null,
          fix: [
            'heddle',
            'redact',
            '.env',
            '--state',
            SAMPLE.state,
            '--reason',
            'a secret was captured by mistake',
          ],
        },
        {
          place: 'commit',
          where: '0123456789ab',
          thread: null,
          state: null,
          states: 0,
          forms: ['split'],
          note: 'reached from refs/heads/main',
          fix: null,
        },
      ],
      searched: { objects: 1200, operations: 30, files: 90 },
      notSearched: ['objects that this repository borrows from another one: run it there too'],
    },
    { found: false, places: [], searched: { objects: 1, operations: 0, files: 1 }, notSearched: [] },
  ],
  redact: [
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'credential',
      rotatedAt: null,
      contents: 1,
      parts: null,
      states: [SAMPLE.state, SAMPLE.parent],
      places: [
        { thread: 'task/login', path: '.env', states: 2 },
        { thread: 'main', path: 'old/odd%0Aname', states: 1 },
      ],
      texts: [],
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
      contents: 2,
      parts: 3,
      states: [SAMPLE.state],
      places: [{ thread: 'task/login', path: '.env', states: 1 }],
      texts: [],
      replaced: [],
      edited: [],
      residue: [],
      dryRun: true,
      operation: null,
    },
    {
      tombstone: SAMPLE.tombstone,
      reasonCode: 'pii',
      rotatedAt: null,
      contents: 0,
      parts: null,
      states: [SAMPLE.state],
      places: [],
      texts: [
        { record: SAMPLE.state, what: 'state', thread: 'task/login' },
        { record: SAMPLE.operation, what: 'capture', thread: null },
      ],
      replaced: [],
      edited: [],
      residue: [],
      dryRun: false,
      operation: SAMPLE.operation,
    },
  ],
  'clean-of': [
    { tombstone: SAMPLE.tombstone, verdict: 'clean', by: 'content', places: [], notSearched: [] },
    {
      tombstone: SAMPLE.tombstone,
      verdict: 'holds',
      by: 'digest',
      places: HELD,
      notSearched: ['files that hold it among other things'],
    },
    { tombstone: SAMPLE.tombstone, verdict: 'unknown', by: null, places: [], notSearched: [] },
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
      rewritten: null,
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
      rewritten: REWRITTEN,
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
      rewritten: {
        ...REWRITTEN,
        commits: 1,
        signedCommits: [],
        unsigned: 0,
        signedTags: [],
        stashes: 0,
        notes: 0,
        masked: { paths: [], files: 0, messages: 0 },
      },
      dryRun: true,
      operation: null,
    },
  ],
  'tombstone-receive': [
    {
      remote: 'origin',
      added: [SAMPLE.tombstone],
      applied: [SAMPLE.tombstone],
      findings: [{ kind: 'tombstone', subject: SAMPLE.tombstone, message: 'its signature does not verify' }],
      operation: SAMPLE.operation,
    },
    { remote: 'origin', added: [], applied: [], findings: [], operation: null },
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
