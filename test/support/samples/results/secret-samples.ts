import { SAMPLE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const FOUND = { rule: 'github', path: 'src/a.ts' };

/** Answers about what looks like a secret. */
export const SECRET_SAMPLES: Samples<'secrets-allow' | 'secrets-list'> = {
  'secrets-allow': [
    { removed: false, exceptions: [{ ...FOUND, line: 3, until: SAMPLE.at }], operation: SAMPLE.operation },
    { removed: true, exceptions: [{ ...FOUND, line: null, until: SAMPLE.at }], operation: SAMPLE.operation },
    { removed: false, exceptions: [], operation: null },
    { removed: true, exceptions: [], operation: null },
  ],
  'secrets-list': [
    {
      exceptions: [
        {
          ...FOUND,
          thread: 'task/login',
          by: 'owner@example.com',
          reason: 'made up',
          since: SAMPLE.at,
          until: SAMPLE.at,
          over: false,
        },
        {
          ...FOUND,
          thread: 'task/login',
          by: 'owner@example.com',
          reason: 'made up',
          since: SAMPLE.at,
          until: SAMPLE.at,
          over: true,
        },
      ],
    },
    { exceptions: [] },
  ],
};
