import { REASON, WRITER_OPTIONS } from '#cli/table/shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

const PROPOSAL = argument('PROPOSAL', 'id of the proposal, hq-…, or its beginning');

/** Verbs of a purge that a policy lets nobody do alone, or at once. */
export const PROPOSAL_VERBS: readonly VerbSpec[] = [
  verb('purge propose', {
    summary: 'ask the owners who have to agree to a purge',
    details: [
      'For a purge that a policy guards: `heddle policy set --guard purge:apply --quorum N --wait T`. It records a signed request for just this tombstone at just these places, under the policies and owners of now. A change of any of them makes it void; propose again then.',
      'It needs all that the purge itself needs, but for the consent of others and the wait.',
      'The wait counts from when this clone recorded the proposal, and where others have to agree from when the first of them did.',
    ],
    arguments: [argument('PATH|TOMBSTONE', 'id of the tombstone, hr-…, or a file that was redacted')],
    options: [
      option('--expires T', 'duration', 'let it end after T, at most 30d; 1d where left out'),
      flag('--rewrite-git', "rewrite Git's own history for it, too"),
      REASON,
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['purge', 'propose', '.env', '--reason', 'the key is rotated'], does: 'ask the other owners' },
    ],
    answer: 'purge-propose',
    load: () => import('#commands/removal/ceremony/propose.ts'),
  }),
  verb('purge proposals', {
    summary: 'list proposed purges: who agreed, who is missing, from when on',
    options: [flag('--all', 'those that were done or have ended, too')],
    answer: 'purge-proposals',
    load: () => import('#commands/removal/ceremony/proposals.ts'),
  }),
  verb('purge approve', {
    summary: 'agree, as an owner, to a purge that somebody proposed',
    details: [
      'Signs the proposal by its id, which is the hash of what exactly is to be destroyed, where, until when, and under which policies and owners. It destroys nothing. On a terminal all of this is shown, and it asks for the id of the tombstone.',
      'Never by an agent, nor by whoever proposed it. `heddle purge cancel PROPOSAL` takes it back until the purge is done.',
    ],
    arguments: [PROPOSAL],
    options: [
      flag('--dry-run', 'only show what would be destroyed'),
      flag('--yes', 'do not ask'),
      REASON,
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['purge', 'approve', 'hq-9t3c4k2m', '--dry-run'], does: 'see what would be destroyed' },
      { argv: ['purge', 'approve', 'hq-9t3c4k2m'], does: 'agree, after a question' },
    ],
    answer: 'purge-approve',
    load: () => import('#commands/removal/ceremony/approve.ts'),
  }),
  verb('purge apply', {
    summary: 'destroy what was proposed, once enough owners agreed and the wait is over',
    details: [
      'Does what `heddle purge` does, by the consent to this one proposal, which is used up by it: in every clone that sees the purge. Where it comes out `incomplete`, clear the places that are named and propose again.',
    ],
    arguments: [PROPOSAL],
    options: [
      flag('--yes', 'do not ask'),
      flag('--dry-run', 'show every place that holds the content and change nothing'),
      ...WRITER_OPTIONS,
    ],
    examples: [{ argv: ['purge', 'apply', 'hq-9t3c4k2m', '--yes'], does: 'destroy it' }],
    answer: 'purge-apply',
    load: () => import('#commands/removal/ceremony/apply.ts'),
  }),
  verb('purge cancel', {
    summary: 'end a proposal: your own, or one that you might agree to',
    details: ['One no is enough, also after others agreed; it cannot be taken back. Propose again instead.'],
    arguments: [PROPOSAL],
    options: [REASON, ...WRITER_OPTIONS],
    examples: [
      { argv: ['purge', 'cancel', 'hq-9t3c4k2m', '--reason', 'we need it as evidence'], does: 'end it' },
    ],
    answer: 'purge-cancel',
    load: () => import('#commands/removal/ceremony/cancel.ts'),
  }),
];
