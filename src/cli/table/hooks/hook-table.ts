import { ACTOR_OPTIONS, WRITER_OPTIONS } from '#cli/table/shared-options.ts';
import { flag, option, verb, type VerbSpec } from '#cli/table/verb-spec.ts';
import { HOOK_RUN } from './hook-run-table.ts';

const SERVER = flag('--server', 'in a bare repository, where others push to');

/** Having git ask heddle. */
export const HOOK_VERBS: readonly VerbSpec[] = [
  verb('hook install', {
    summary: 'have git ask heddle before it commits, moves refs or pushes',
    details: [
      'Hooks that are there stay, and run first. Those of Husky, lefthook and pre-commit are left to them: the one line to add is told. What hooks do with what they would refuse is said by `heddle policy set --hooks observe`: nothing is refused then, and everything recorded.',
      'In a bare repository with --server: git then runs heddle before it accepts a push, and after. Every state, line, authority record and tombstone is verified, and nothing of a push is accepted where anything is wrong.',
      'What is there of heddle’s is verified, and its genesis pinned. Where nothing is, --genesis names the one that has to come, and --trust-first believes whoever pushes first.',
      'Run there with a credential it endorses the server’s own key, so that its receipts of purges are believed: a short-lived token is enough. Without --home an installation keeps the home that it has.',
      'On a server branches move by landings alone where no policy opens them: `heddle policy set REPOSITORY@heads/BRANCH --branches open`.',
    ],
    options: [
      SERVER,
      option('--genesis ID', 'text', 'on a server, the genesis that it has to be, hg-…'),
      flag('--trust-first', 'on a server, where nothing is there, believe the first push'),
      option(
        '--home DIR',
        'text',
        'where keys and secrets of this server are kept, outside of the repository',
      ),
      ...ACTOR_OPTIONS,
    ],
    atMostOne: ['genesis', 'trust-first'],
    examples: [
      { argv: ['hook', 'install'], does: 'have git in this clone ask heddle' },
      {
        argv: ['hook', 'install', '--server', '--trust-first'],
        does: 'begin with what is pushed first to this bare repository',
      },
    ],
    answer: 'hook-install',
    also: ['hook-install-server'],
    load: () => import('#commands/hook/install.ts'),
  }),
  verb('hook uninstall', {
    summary: 'take heddle’s hooks away again',
    details: [
      'What stood there before is there again, byte for byte. In a clone it needs admin at the repository, and is recorded.',
    ],
    options: [SERVER, ...WRITER_OPTIONS],
    answer: 'hook-uninstall',
    also: ['hook-uninstall-server'],
    load: () => import('#commands/hook/uninstall.ts'),
  }),
  verb('hook status', {
    summary: 'show how the hooks of a clone stand, and what keeps git from running them',
    details: [
      'Ends with 1 where they do not stand as they were installed. `heddle doctor` tries them.',
      'In a bare repository with --server: which genesis and whose keys its hooks stand on, how branches move, and what of git’s configuration goes against that, or would be better otherwise.',
    ],
    options: [SERVER],
    answer: 'hook-status',
    also: ['hook-status-server'],
    load: () => import('#commands/hook/status.ts'),
  }),
  HOOK_RUN,
];
