import { INCIDENT_STEPS } from '#domain/incident/incident.ts';
import { WRITER_OPTIONS } from '#cli/table/shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

/** What is done on the day a key leaks, step by step. */
export const INCIDENT_VERBS: readonly VerbSpec[] = [
  verb('incident', {
    summary: 'end a leak step by step: freeze, find, rotate, redact, purge, propagate, verify',
    details: [
      'Without STEP it shows where the newest incident stands and what comes next; it changes nothing.',
      '`walk` leads through all that is left, on a terminal, one question each; leave it and come back whenever you like.',
      '`open` begins one, with --reason; `close` ends it when no step is left. In between each step can be done in any order, today or tomorrow, by whoever may: a step is a signed line of the log, so that another owner goes on where you stopped. What a step does is done by the verb it is named after, and decided as that is.',
      '`find`, `redact` and `verify` take the secret from a file or from standard input. It is held in memory alone.',
      '`rotate` and `propagate` are done outside of heddle: --done says that they were. --skip leaves a step out, with --reason; the account says so.',
      '`propagate` shows what to push where, and which clones never said that nothing is left with them; with --kit it writes the page to hand to whoever has a copy. It calls nobody.',
      '`redact` hides what `find` offers and looks again. `purge` destroys what was redacted since the incident began, and asks for each; what others have to agree to it proposes, and does once they did. Where something is left it exits with 1.',
      'A closed incident has a signed account: `heddle incident paper`.',
    ],
    arguments: [argument('[STEP]', 'what to do now', ['walk', 'open', ...INCIDENT_STEPS, 'close'])],
    options: [
      option('--reason TEXT', 'reason', 'say why: of `open` and --skip'),
      option('--secret FILE', 'text', 'the secret that leaked, in a file; - for standard input'),
      flag('--done', 'say that it was done outside of heddle'),
      option('--rotated-at TIME', 'instant', 'say when the credential was rotated'),
      flag('--skip', 'leave the step out'),
      flag('--break-glass', 'of `freeze` alone: as whom `policy set --break-glass` names'),
      flag('--yes', 'do not ask before a purge of what was redacted for this incident'),
      flag('--rewrite-git', "purge it from Git's own history too"),
      option(
        '--kit FILE',
        'text',
        'of `propagate`: write what others do, in Markdown; names nothing removed',
      ),
      option('--of INCIDENT', 'text', 'show this incident: the id of the operation that opened it'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['done', 'rotated-at', 'skip'],
    examples: [
      { argv: ['incident', 'walk'], does: 'be led through it' },
      { argv: ['incident', 'open', '--reason', 'mail key in the log of a build'], does: 'begin' },
      { argv: ['incident', 'find', '--secret', '-'], does: 'find every place; type or pipe the secret in' },
      { argv: ['incident'], does: 'see what comes next' },
    ],
    answer: 'incident',
    load: () => import('#commands/incident/incident.ts'),
  }),
  verb('incident paper', {
    summary: 'print the signed account of a closed incident',
    details: [
      'With --json it can be kept and checked. It says what was searched, what was found and what is out of reach, and holds no secret.',
    ],
    arguments: [argument('[INCIDENT]', 'id of the operation that opened it; the newest where left out')],
    examples: [{ argv: ['incident', 'paper', '--json'], does: 'the paper itself, for a file' }],
    answer: 'incident-paper',
    load: () => import('#commands/incident/paper.ts'),
  }),
  verb('incident check', {
    summary: 'check the signed account of an incident',
    details: ['Needs no key. Exits with 1 where a principal of this repository did not sign just this.'],
    arguments: [argument('FILE', 'what `heddle incident paper --json` printed; - for standard input')],
    answer: 'incident-check',
    load: () => import('#commands/incident/check.ts'),
  }),
];
