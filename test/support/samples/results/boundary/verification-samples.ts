import type { EvidenceVerifyResult } from '#domain/results/boundary/evidence-results.ts';
import { REMOVAL_SAMPLES } from '../removal/removal-samples.ts';
import { WORK_SAMPLES } from '../work-samples.ts';
import { SAMPLE } from '../shared-samples.ts';
import type { Samples } from '../sample-types.ts';

const COMMIT = '1'.repeat(40);

/** Answers about commits of Git. */
const HELD: Omit<EvidenceVerifyResult, 'pinned'> = {
  ok: true,
  repository: 'acme/core',
  genesis: SAMPLE.genesis,
  scope: { kind: 'thread', name: 'task/login' },
  contents: 'left-out',
  states: WORK_SAMPLES.log[0]?.states ?? [],
  tombstones: REMOVAL_SAMPLES['tombstone-list'][0]?.tombstones ?? [],
  checked: { states: 2, signatures: 9, chains: 2, operations: 2, records: 3, objects: 12, tombstones: 1 },
  findings: [],
  notProven: ['what is in files: 3 contents were left out, and only their ids are here'],
};
const NOTHING_HELD: typeof HELD = {
  ...HELD,
  ok: false,
  repository: null,
  scope: { kind: 'repository', name: null },
  contents: 'included',
  states: [],
  tombstones: [],
  findings: [{ kind: 'evidence', subject: 'README.txt', message: 'it is \u001b[31mnot\u202e the page' }],
  notProven: [],
};

/** Answers of verbs that verify elsewhere than in a clone. */
export const VERIFICATION_SAMPLES: Samples<'verify-range' | 'evidence-export' | 'evidence-verify'> = {
  'evidence-export': [
    { ...HELD, file: '/srv/login\u001b.tar', bytes: 20_480 },
    { ...NOTHING_HELD, file: '/srv/all.tar', bytes: 1 },
  ],
  'evidence-verify': [
    { ...HELD, pinned: true },
    { ...NOTHING_HELD, pinned: false },
  ],
  'verify-range': [
    {
      ok: true,
      range: 'main..topic',
      genesis: SAMPLE.genesis,
      pinned: true,
      unattributed: 'error',
      checked: { commits: 2, files: 3, lines: 40, states: 2 },
      attributed: { lines: 40, inferred: 3 },
      findings: [],
      omitted: 0,
    },
    {
      ok: false,
      range: 'A...B',
      genesis: SAMPLE.genesis,
      pinned: false,
      unattributed: 'warning',
      checked: { commits: 1, files: 1, lines: 9, states: 1 },
      attributed: { lines: 2, inferred: 0 },
      findings: [
        {
          rule: 'line-unattributed',
          level: 'warning',
          commit: COMMIT,
          path: 'src/a b%0A.ts',
          line: 3,
          lastLine: 9,
          state: null,
          message: 'no state has what this commit brings here',
          fix: 'Save it.',
        },
        {
          rule: 'trailer-state',
          level: 'error',
          commit: COMMIT,
          path: null,
          line: null,
          lastLine: null,
          state: SAMPLE.state,
          message: 'it names <\u001b[31m"another"> & \u202e',
          fix: 'Land it.',
        },
        {
          rule: 'authority-invalid',
          level: 'error',
          commit: null,
          path: null,
          line: null,
          lastLine: null,
          state: null,
          message: 'no good',
          fix: 'Compare.',
        },
      ],
      omitted: 4,
    },
  ],
};
