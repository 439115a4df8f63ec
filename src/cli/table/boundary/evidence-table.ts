import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

/** Verbs about what proves states where their repository is not. */
export const EVIDENCE_VERBS: readonly VerbSpec[] = [
  verb('evidence export', {
    summary: 'write what proves states into one file that is verified anywhere',
    details: [
      'A tar with states and their manifests, signatures and token chains, the authority records, the log lines that name the states, tombstones with receipts, and a page for people. It is exactly what verifying reads: the same states give the same bytes.',
      'Files are in it by their ids alone; --content brings their bytes, too. What was removed is never in it. A copy that was handed out no later purge reaches, and with the salts in its manifests a guess of a content can be tested: hand it to those who may read.',
      'Where something does not verify, it is told, the file is written all the same, and the exit code is 1.',
    ],
    arguments: [
      argument(
        '[STATE|THREAD|RANGE]',
        'a state or a thread with all it grew from, or FROM..TO; every thread where left out',
      ),
    ],
    options: [
      option('--out FILE', 'text', 'where to write it; nothing may be there', { required: true }),
      flag('--content', 'with the bytes of files'),
    ],
    examples: [
      {
        argv: ['evidence', 'export', 'task/login', '--out', 'login.tar'],
        does: 'take along what proves a thread',
      },
    ],
    withoutGit: true,
    answer: 'evidence-export',
    load: () => import('#commands/evidence/export.ts'),
  }),
  verb('evidence verify', {
    summary: 'verify such a file, without a repository and without git',
    details: [
      'Everything in it is verified again: objects, signatures, token chains, decisions, manifests, tombstones, log lines. What nothing in it proves is said. Exits with 1 where something is wrong.',
      'Whose repository it is, the file itself cannot prove: ask for the genesis elsewhere, and name it with --genesis.',
    ],
    arguments: [argument('FILE', 'what `heddle evidence export` wrote; - for standard input')],
    options: [option('--genesis ID', 'text', 'the authority record that its repository has to begin with')],
    examples: [
      { argv: ['evidence', 'verify', 'login.tar'], does: 'see what it proves, and what it does not' },
    ],
    withoutGit: true,
    answer: 'evidence-verify',
    load: () => import('#commands/evidence/verify.ts'),
  }),
];
