import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { REVIEWER_RULES } from '#domain/review/party.ts';
import { BRANCH_RULES, HOOK_RULES, SECRET_RULES, SHUN_LIST_RULES } from '#domain/policy/policy-codec.ts';
import { RULE_WORDS } from '#domain/policy/rule-changes.ts';
import { LIMIT, REASON, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const MODES = ['required', 'warn'];
const RESOURCE = argument('[RESOURCE]', 'the repository, or threads such as acme/core@release');

/** Here these name what agents may run on, and an owner in person is no agent. */
const OTHERS = new Set(['agent', 'provider', 'model']);

/** Verbs about what the repository asks of everybody. */
export const POLICY_VERBS: readonly VerbSpec[] = [
  verb('policy set', {
    summary: 'say what the repository, or some of its threads, ask of everybody',
    details: [
      'An owner’s, in person. Rules that are not named stay. Policies add up: at a thread holds what is asked there and above it, and of each rule the strictest, so that a policy further in can only narrow.',
      'Of --approvals, --reviewer and --trailers hold those of the thread and those of the branch, REPOSITORY@heads/BRANCH. Reviewers differ in the principal unless --reviewer says otherwise, and nobody reviews what is their own.',
      'What was captured before stays as it is. `heddle undo` sets what was asked before.',
      '--shun-list travelling has tombstones tell a costly digest of what is removed from then on: every clone refuses that, and whoever reads the tombstones can test guesses of it.',
      '--agents any lets an agent without a credential of its own use the device’s session; nothing then tells it from its principal.',
    ],
    arguments: [RESOURCE],
    options: [
      option('--attribution MODE', 'text', 'agents name provider and model', { choices: MODES }),
      option('--attestation MODE', 'text', 'what is continued is signed, and truly', { choices: MODES }),
      option('--provider NAME', 'list', 'agents run on NAME; may be repeated', { says: null }),
      option('--model NAME', 'list', 'agents run on the model NAME; may be repeated', { says: null }),
      option('--max-life T', 'duration', 'a session, and what is made from it, lives so long at most'),
      option('--max-depth N', 'integer', 'so many agents may be in a chain; 0 for none'),
      option('--agents WHO', 'text', 'how an agent without a credential is met', { choices: ['any'] }),
      option('--guard OPS', 'operations', 'what --quorum and --wait are about, comma-separated'),
      option('--quorum N', 'integer', 'so many people agree to what is guarded'),
      option('--wait T', 'duration', 'so long passes before what is guarded is done'),
      option(
        '--exclude WHO',
        'text',
        'author: who asked for what is guarded, or redacted it, does not count',
        {
          choices: ['author'],
        },
      ),
      option('--break-glass ROLE', 'text', 'who besides owners may freeze at once, with a reason', {
        choices: ['maintainer'],
      }),
      option('--approvals N', 'integer', 'so many people approve what is landed, with `heddle review`'),
      option('--reviewer WHAT', 'list', 'reviewers differ from every author in WHAT; may be repeated', {
        choices: REVIEWER_RULES,
      }),
      option('--trailers STYLE', 'list', 'landed commits name agents so; may be repeated', {
        choices: TRAILER_STYLES,
      }),
      option('--branches HOW', 'text', 'on a server branches move by landings alone, or openly', {
        choices: BRANCH_RULES,
      }),
      option('--secrets HOW', 'text', 'what looks like a secret is refused, only told, or not looked for', {
        choices: SECRET_RULES,
      }),
      option('--hooks MODE', 'text', 'hooks of clones refuse, or only record what they would refuse', {
        choices: HOOK_RULES,
      }),
      option('--shun-list KIND', 'text', 'removed content is refused by clones that held it, or by all', {
        choices: SHUN_LIST_RULES,
      }),
      option(
        '--remotes PATTERN',
        'list',
        'push only there and below: https://host/path, ssh://host/path, or a path; may be repeated',
      ),
      option('--unset RULE', 'list', 'ask this no longer; may be repeated', {
        choices: ['all', ...Object.values(RULE_WORDS)],
      }),
      REASON,
      flag('--dry-run', 'show what would change, and whom it would hit'),
      ...WRITER_OPTIONS.filter(({ name }) => !OTHERS.has(name)),
    ],
    examples: [
      {
        argv: ['policy', 'set', '--attribution', 'required', '--max-life', '8h', '--dry-run'],
        does: 'see first whom it would hit',
      },
      {
        argv: 'policy set acme/core@release --model opus-4 --model sonnet-4 --max-depth 1'.split(' '),
        does: 'choose where agents run, for the threads of a release',
      },
      { argv: ['policy', 'set', '--unset', 'max-life'], does: 'ask something no longer' },
    ],
    answer: 'policy-set',
    load: () => import('#commands/policy/set.ts'),
  }),
  verb('policy show', {
    summary: 'show what is asked at a resource, and who asks it',
    arguments: [argument('[RESOURCE]', 'where, such as acme/core@release:src; the repository if left out')],
    answer: 'policy-show',
    load: () => import('#commands/policy/show.ts'),
  }),
  verb('policy log', {
    summary: 'list who asked what, when and why',
    details: ['Newest first.'],
    options: [LIMIT],
    paged: true,
    answer: 'policy-log',
    load: () => import('#commands/policy/log.ts'),
  }),
];
