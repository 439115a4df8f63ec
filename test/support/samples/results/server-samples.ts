import type { Samples } from './sample-types.ts';
import { SAMPLE } from './shared-samples.ts';

const HOOKS = [
  { hook: 'pre-receive', status: 'installed', chained: true },
  { hook: 'post-receive', status: 'installed', chained: false },
] as const;

const ADVICE = [{ kind: 'setting', subject: 'receive.maxInputSize', message: 'nothing bounds it' }] as const;

/** Of what a repository answers that is pushed to. */
export const SERVER_SAMPLES: Samples<
  'hook-install-server' | 'hook-status-server' | 'hook-uninstall-server' | 'hook-receive'
> = {
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
      advice: ADVICE,
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
      advice: [],
    },
  ],
  'hook-status-server': [
    {
      ok: true,
      directory: '/srv/core.git/hooks',
      home: '/srv/heddle',
      repository: 'acme/core',
      genesis: SAMPLE.genesis,
      trustFirst: false,
      endorsedBy: 'ada@example.com',
      branches: 'landed',
      policies: [{ at: 'acme/core@heads/wip', branches: 'open' }],
      hooks: HOOKS,
      findings: [],
      advice: ADVICE,
    },
    {
      ok: false,
      directory: '/srv/hooks',
      home: null,
      repository: null,
      genesis: null,
      trustFirst: false,
      endorsedBy: null,
      branches: 'open',
      policies: [],
      hooks: [{ hook: 'pre-receive', status: 'missing', chained: false }],
      findings: [{ kind: 'setting', subject: 'core.hooksPath', message: 'git looks elsewhere' }],
      advice: [],
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
