import { EVIDENCE_VERBS } from './table/boundary/evidence-table.ts';
import { ATTRIBUTION_VERBS } from './table/attribution-table.ts';
import { AUTHORITY_VERBS } from './table/authority-table.ts';
import { GRANT_VERBS } from './table/grant-table.ts';
import { HOOK_VERBS } from './table/hooks/hook-table.ts';
import { LANDING_VERBS } from './table/landing-table.ts';
import { POLICY_VERBS } from './table/policy-table.ts';
import { HARNESS_VERBS } from './table/boundary/harness-table.ts';
import { INCIDENT_VERBS } from './table/removal/incident-table.ts';
import { PROPOSAL_VERBS } from './table/removal/proposal-table.ts';
import { REMOVAL_VERBS } from './table/removal/removal-table.ts';
import { REMOTE_VERBS } from './table/remote-table.ts';
import { REQUEST_VERBS } from './table/request-table.ts';
import { REVIEW_VERBS } from './table/review-table.ts';
import { REVOCATION_VERBS } from './table/revocation-table.ts';
import { argument, flag, verb, type VerbSpec } from './table/verb-spec.ts';
import { RUN_VERBS } from './table/run-table.ts';
import { SECRETS_VERBS } from './table/boundary/secrets-table.ts';
import { WORK_VERBS } from './table/work-table.ts';

const HELP = verb('help', {
  summary: 'explain a verb, or list them',
  details: [
    '`heddle help denials` lists the codes of denials, `heddle help errors` those of errors, and a code, such as in `heddle help FLOOR`, is explained: what it means, its usual cause and what helps.',
  ],
  arguments: [
    argument('[VERB]', 'verb, such as capture or token; or a code, denials, errors'),
    argument('[SUBVERB]', 'second word of the verb'),
  ],
  options: [flag('--all', 'list every verb')],
  answer: 'help',
  load: null,
});

/** Every verb of this release, in the order of help. The only list: parser, help and man pages are made from it. */
export const VERBS: readonly VerbSpec[] = [
  ...WORK_VERBS,
  ...LANDING_VERBS,
  ...REMOTE_VERBS,
  ...ATTRIBUTION_VERBS,
  ...EVIDENCE_VERBS,
  ...REVIEW_VERBS,
  ...SECRETS_VERBS,
  ...REMOVAL_VERBS,
  ...INCIDENT_VERBS,
  ...PROPOSAL_VERBS,
  ...AUTHORITY_VERBS,
  ...GRANT_VERBS,
  ...POLICY_VERBS,
  ...REVOCATION_VERBS,
  ...REQUEST_VERBS,
  ...RUN_VERBS,
  ...HOOK_VERBS,
  ...HARNESS_VERBS,
  HELP,
];

/** What a group of verbs is about, by its first word. */
export const GROUPS: Readonly<Record<string, string>> = {
  thread: 'look after threads',
  attribution: 'bring attribution to other tools, and theirs here',
  evidence: 'take what proves states elsewhere, and verify it there',
  remote: 'name other repositories',
  secrets: 'say what is captured though it looks like a secret',
  tombstone: 'look at what was redacted and purged',
  key: 'manage the keys of principals',
  token: 'make, narrow and check tokens',
  grant: 'manage roles at resources',
  request: 'ask others for what you may not do',
  review: 'look at threads before they are landed, and say what you think',
  policy: 'say what the repository asks of everybody',
  hook: 'have git ask heddle',
  run: 'start programs as agents, and see what became of them',
};
