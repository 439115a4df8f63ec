import { argument, flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';

const SERVER = flag('--server', 'in a bare repository, where others push to');

/** Having git ask heddle. */
export const HOOK_VERBS: readonly VerbSpec[] = [
  verb('hook install', {
    summary: 'have git ask heddle what is wrong with a push',
    details: [
      'In a bare repository with --server: git then runs heddle before it accepts a push, and after. Every state, line, authority record and tombstone is verified, and nothing of a push is accepted where anything is wrong. A hook that is there already runs first.',
      'What is there of heddle’s is verified, and its genesis pinned. Where nothing is, --genesis names the one that has to come, and --trust-first believes whoever pushes first.',
      'Branches move by landings alone where no policy opens them: `heddle policy set REPOSITORY@heads/BRANCH --branches open`.',
    ],
    options: [
      SERVER,
      option('--genesis ID', 'text', 'the genesis that it has to be, hg-…'),
      flag('--trust-first', 'where nothing is there, believe the first push'),
      option(
        '--home DIR',
        'text',
        'where keys and secrets of this server are kept, outside of the repository',
      ),
    ],
    atMostOne: ['genesis', 'trust-first'],
    examples: [
      {
        argv: ['hook', 'install', '--server', '--trust-first'],
        does: 'begin with what is pushed first to this bare repository',
      },
    ],
    answer: 'hook-install-server',
    load: () => import('#commands/hook/install.ts'),
  }),
  verb('hook uninstall', {
    summary: 'take heddle’s hooks away again',
    details: ['What stood there before is there again, byte for byte.'],
    options: [SERVER],
    answer: 'hook-uninstall-server',
    load: () => import('#commands/hook/uninstall.ts'),
  }),
  verb('hook run', {
    summary: 'do what a hook does; for git alone',
    arguments: [argument('HOOK', 'as git calls it', ['pre-receive', 'post-receive'])],
    options: [flag('--trust-first', 'as at the installation')],
    answer: 'hook-receive',
    load: () => import('#commands/hook/run.ts'),
  }),
];
