import type { Samples } from './sample-types.ts';
import { SAMPLE } from './shared-samples.ts';

const HOOKS = [
  { hook: 'pre-receive', status: 'installed', chained: true },
  { hook: 'post-receive', status: 'installed', chained: false },
] as const;

/** Of what a repository answers that is pushed to. */
export const SERVER_SAMPLES: Samples<'hook-install-server' | 'hook-uninstall-server' | 'hook-receive'> = {
  'hook-install-server': [
    {
      directory: '/srv/core.git/hooks',
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      trustFirst: false,
      home: '/srv/heddle',
      endorsed: true,
      written: ['pre-receive', 'post-receive'],
      hooks: HOOKS,
    },
    {
      directory: '/srv/core.git/hooks',
      repository: null,
      genesis: null,
      trustFirst: true,
      home: '/srv/heddle',
      endorsed: false,
      written: [],
      hooks: HOOKS,
    },
  ],
  'hook-uninstall-server': [
    {
      directory: '/srv/core.git/hooks',
      removed: ['pre-receive', 'post-receive'],
      hooks: [
        { hook: 'pre-receive', status: 'foreign', chained: false },
        { hook: 'post-receive', status: 'missing', chained: false },
      ],
    },
    { directory: '/srv/core.git/hooks', removed: [], hooks: [] },
  ],
  'hook-receive': [
    { hook: 'pre-receive', refs: 3, trusted: SAMPLE.genesis, operation: null, applied: [] },
    {
      hook: 'post-receive',
      refs: 1,
      trusted: null,
      operation: SAMPLE.operation,
      applied: [SAMPLE.tombstone],
    },
  ],
};
