import type { GrantResult } from '#domain/results/grant-results.ts';
import { denialResult } from '#domain/decision/denial-result.ts';
import { ACTOR, HELD_ROLE, OPEN_SCOPE, SAMPLE, SAMPLE_DENIAL } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

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
const KEYS = { principal: 'dev@example.com', root: SAMPLE.key, record: SAMPLE.key };

/** Answers about keys, grants, freezes, and who may what. */
export const AUTHORITY_SAMPLES: Samples<
  | 'key-new'
  | 'key-list'
  | 'key-add'
  | 'key-export'
  | 'grant-add'
  | 'grant-remove'
  | 'grant-list'
  | 'grant-log'
  | 'key-revoke'
  | 'key-rotate'
  | 'freeze'
  | 'unfreeze'
  | 'can'
  | 'can-matrix'
  | 'whoami'
  | 'login'
> = {
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
      breakGlass: true,
      operation: SAMPLE.operation,
    },
    {
      id: SAMPLE.grant,
      by: 'owner@example.com',
      since: SAMPLE.at,
      reason: null,
      breakGlass: false,
      operation: SAMPLE.operation,
    },
  ],
  unfreeze: [
    {
      id: SAMPLE.grant,
      frozen: { by: 'owner@example.com', since: SAMPLE.at, breakGlass: false },
      operation: SAMPLE.operation,
    },
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
};
