import { REASON, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

/** Verbs that take authority back. */
export const REVOCATION_VERBS: readonly VerbSpec[] = [
  verb('token revoke', {
    summary: 'end a token, and everything that was made from it',
    details: [
      'A token file ends with its last block: what it was made from goes on. Whoever handed a token on may take it back, a principal in person every token of their own; others are an admin’s.',
      'Works at once. What was captured before stays good, as far as whoever revoked it had seen it. There is no way back: make a new token.',
    ],
    options: [
      option('--session S', 'text', 'end this session with all its descendants', { says: null }),
      option('--block ID', 'text', 'end this block, by the revocation id that `token list` shows'),
      option('--token-file F', 'text', 'end the token of this file; - for standard input'),
      flag('--stdin', 'the same as --token-file -'),
      REASON,
      ...WRITER_OPTIONS.filter(({ name }) => name !== 'session'),
    ],
    exactlyOne: ['session', 'block', 'token-file', 'stdin'],
    examples: [
      {
        argv: ['token', 'revoke', '--token-file', '../night.hcred'],
        does: 'take back what an agent was given',
      },
    ],
    answer: 'token-revoke',
    load: () => import('#commands/token/revoke.ts'),
  }),
  verb('key rotate', {
    summary: 'replace your keys by new ones in this repository',
    details: [
      'Every token of the old keys ends; `heddle login` makes a session of the new ones. In another repository that knows the old keys, run it there too: it registers the same new keys.',
      'Push from your other clones first: a grant or a policy that the old keys signed there, and that is not known here, counts for nothing afterwards.',
    ],
    options: WRITER_OPTIONS,
    answer: 'key-rotate',
    load: () => import('#commands/key/rotate.ts'),
  }),
  verb('key revoke', {
    summary: "end a principal's keys, and every token that they signed",
    details: [
      'One’s own need no role but the keys themselves; others’ need an admin, and an owner where they are an owner’s. The last owner stays. Revoked keys are never registered again.',
      'A clone in which somebody ended their own pushes that, and nothing else: `heddle push`. Where the remote has records that the clone has not, an admin ends the keys in another one.',
    ],
    arguments: [
      argument('PRINCIPAL', 'whose keys they are'),
      argument('[ROOT]', 'the root key, where it must be just this one'),
    ],
    options: [REASON, ...WRITER_OPTIONS],
    examples: [
      {
        argv: ['key', 'revoke', 'dev@example.com', '--reason', 'left'],
        does: 'end what somebody could sign',
      },
    ],
    answer: 'key-revoke',
    load: () => import('#commands/key/revoke.ts'),
  }),
  verb('freeze', {
    summary: 'stop all work in the repository',
    details: [
      'Reading goes on. An owner in person can still redact, purge, revoke and rotate, ask others to agree to that, push, and lift it with `heddle unfreeze`.',
      'Other clones are frozen when they hear of it: run `heddle push` here and `heddle pull` there. Of whoever froze it as break-glass and is no owner, `heddle push` passes on the freeze alone, and says so.',
      'With --break-glass it is recorded as such, with its reason, wherever it is told of; only an owner ends it. There is no break-glass for a purge.',
    ],
    options: [
      REASON,
      flag('--break-glass', 'at once, as whom `policy set --break-glass` names; needs a --reason'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['freeze', '--reason', 'a leak is looked into'], does: 'stop everybody at once' },
      {
        argv: ['freeze', '--break-glass', '--reason', 'a key is out, and no owner is awake'],
        does: 'the same as a maintainer, where a policy lets them',
      },
    ],
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
