import { denialResult } from '#domain/decision/denial-result.ts';
import { SAMPLE, SAMPLE_DENIAL } from '../shared-samples.ts';
import type { Samples } from '../sample-types.ts';

const blank = {
  session: null,
  message: null,
  denial: null,
  credential: null,
  expires: null,
  state: null,
  variables: [],
};
/** Answers about harnesses. */
export const HARNESS_SAMPLES: Samples<'integrate' | 'harness'> = {
  integrate: [
    {
      harness: 'claude-code',
      done: 'installed',
      file: '/srv/core/.claude/settings.local.json',
      agent: 'claude-code',
      preset: 'overnight',
      operations: [],
      resources: ['acme/core@task/login'],
      life: null,
      commands: [{ event: 'pre-tool', command: "'/usr/bin/node' '/opt/heddle.js' harness pre-tool" }],
    },
    {
      harness: 'generic',
      done: 'installed',
      file: null,
      agent: 'agent',
      preset: null,
      operations: ['state:capture'],
      resources: ['acme/core@task/login:src'],
      life: 3_600_000,
      commands: [{ event: 'turn-end', command: "'/usr/bin/node' '/opt/heddle.js' harness turn-end" }],
    },
  ],
  harness: [
    {
      ...blank,
      event: 'session-start',
      harness: 'claude-code',
      session: 's1',
      outcome: 'ready',
      message: 'heddle saves the work of this session',
      credential: '/srv/home/harness/x.hcred',
      expires: SAMPLE.at,
      variables: [{ name: 'HEDDLE_CREDENTIAL', value: '/srv/home/harness/x.hcred' }],
    },
    {
      ...blank,
      event: 'pre-tool',
      harness: 'claude-code',
      session: 's1',
      outcome: 'refused',
      denial: denialResult(SAMPLE_DENIAL),
    },
    {
      ...blank,
      event: 'turn-end',
      harness: 'generic',
      session: 's1',
      outcome: 'captured',
      state: SAMPLE.state,
    },
    { ...blank, event: 'turn-end', harness: 'claude-code', outcome: 'failed', message: 'no thread' },
  ],
};
