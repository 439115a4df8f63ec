import { NO_RULES } from '#domain/policy/policy.ts';
import { SAMPLE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const RULES = { ...NO_RULES };

/** Answers about policies. */
export const POLICY_SAMPLES: Samples<'policy-set' | 'policy-show' | 'policy-log'> = {
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
};
