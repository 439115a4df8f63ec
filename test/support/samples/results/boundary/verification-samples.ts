import { SAMPLE } from '../shared-samples.ts';
import type { Samples } from '../sample-types.ts';

const COMMIT = '1'.repeat(40);

/** Answers about commits of Git. */
export const VERIFICATION_SAMPLES: Samples<'verify-range'> = {
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
