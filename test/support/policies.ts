import { NO_RULES, type Policy, type PolicyRules } from '#domain/policy/policy.ts';
import { EARLIER, namedId, OWNER, REPOSITORY } from './decisions.ts';

/** A policy in force that asks what is named and nothing else. */
export function policyAt(rules: Partial<PolicyRules>, resource: string = REPOSITORY): Policy {
  return {
    id: namedId(`policy ${resource}`),
    resource,
    rules: { ...NO_RULES, ...rules },
    by: OWNER,
    since: EARLIER,
  };
}

/** Rules that ask everything there is to ask. */
export const FULL_RULES: PolicyRules = {
  attribution: 'required',
  attestation: 'warn',
  providers: ['anthropic', 'local'],
  models: ['opus-4', 'sonnet-4'],
  life: 14_400,
  depth: 2,
  agents: 'any',
  guarded: ['grant:write', 'purge:apply'],
  quorum: 2,
  wait: 3600,
  excluded: null,
  breakGlass: null,
  approvals: 2,
  reviewers: ['key', 'principal'],
  trailers: ['assisted-by', 'none'],
  branches: null,
  secrets: null,
  hooks: null,
  shunList: null,
  remotes: null,
};
