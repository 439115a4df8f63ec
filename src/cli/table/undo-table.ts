import { LIMIT, WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, verb, type VerbSpec } from './verb-spec.ts';

/** Taking back, and doing again. */
export const UNDO_VERBS: readonly VerbSpec[] = [
  verb('undo', {
    summary: 'take back your last operation, or a given one',
    details: [
      'Takes back what you did and leaves what others did: where something was done there since, it is refused and both operations are named. Files of the work tree stay as they are.',
    ],
    arguments: [argument('[OPERATION]', 'id of the operation, ho-…')],
    options: [
      flag('--list', 'list what of yours can be undone or redone'),
      flag('--preview', 'show what would change, and change nothing'),
      LIMIT,
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['list', 'preview'],
    examples: [
      { argv: ['undo', '--preview'], does: 'see first what it would take back' },
      { argv: ['undo', '--list', '-n', '5'], does: 'look at the last five' },
    ],
    everyday: true,
    answer: 'undo',
    also: ['undo-list', 'undo-preview'],
    load: () => import('#commands/undo.ts'),
  }),
  verb('redo', {
    summary: 'take back your last undo, or a given one',
    details: [
      'Does again what was taken back, as it was: a capture, a start, a drop, a restore, a landing, a change of grants, policies or the freeze. What else there is is refused, and the command named that does it anew.',
      'Refused where something was done there since, where a removal changed what it would be built on, and where git has collected what was taken back.',
    ],
    arguments: [argument('[OPERATION]', 'id of the undo, or of what it took back, ho-…')],
    options: [flag('--preview', 'show what would change, and change nothing'), ...WRITER_OPTIONS],
    examples: [{ argv: ['redo'], does: 'have back what undo took' }],
    answer: 'redo',
    load: () => import('#commands/redo.ts'),
  }),
];
