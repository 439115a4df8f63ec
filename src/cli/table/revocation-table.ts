import { WRITER_OPTIONS } from './shared-options.ts';
import { option, verb, type VerbSpec } from './verb-spec.ts';

const REASON = option('--reason R', 'text', 'say why, for the authority chain');

/** Verbs that take authority back. */
export const REVOCATION_VERBS: readonly VerbSpec[] = [
  verb('freeze', {
    summary: 'stop all work in the repository',
    details: [
      'Reading goes on. An owner in person can still redact, purge, revoke and rotate, and lift it with `heddle unfreeze`.',
    ],
    options: [REASON, ...WRITER_OPTIONS],
    examples: [{ argv: ['freeze', '--reason', 'a leak is looked into'], does: 'stop everybody at once' }],
    answer: 'freeze',
    load: () => import('#commands/revocation/freeze.ts'),
  }),
  verb('unfreeze', {
    summary: 'let work go on after a freeze',
    options: WRITER_OPTIONS,
    answer: 'unfreeze',
    load: () => import('#commands/revocation/unfreeze.ts'),
  }),
];
