import type { RuleChange } from '#domain/results/policy-results.ts';
import type { PolicyRules } from './policy.ts';

/** What people call each rule, in the order in which they read them: the options of `policy set`. */
export const RULE_WORDS = {
  attribution: 'attribution',
  attestation: 'attestation',
  providers: 'provider',
  models: 'model',
  life: 'max-life',
  depth: 'max-depth',
  agents: 'agents',
  guarded: 'guard',
  quorum: 'quorum',
  wait: 'wait',
  excluded: 'exclude',
  breakGlass: 'break-glass',
  approvals: 'approvals',
  reviewers: 'reviewer',
  trailers: 'trailers',
  branches: 'branches',
  secrets: 'secrets',
  hooks: 'hooks',
  remotes: 'remotes',
  shunList: 'shun-list',
} as const satisfies Readonly<Record<keyof PolicyRules, string>>;

/** The rules in that order. */
export const RULES = Object.keys(RULE_WORDS).filter((name): name is keyof typeof RULE_WORDS =>
  Object.hasOwn(RULE_WORDS, name),
);

/** The rules that differ. */
export function ruleChanges(before: PolicyRules, after: PolicyRules): readonly RuleChange[] {
  return RULES.flatMap((rule) => {
    const [old, next] = [before[rule], after[rule]];
    return JSON.stringify(old) === JSON.stringify(next) ? [] : [{ rule, before: old, after: next }];
  });
}
