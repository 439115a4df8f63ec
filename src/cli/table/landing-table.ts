import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

/** Verbs that bring threads into Git's own branches. */
export const LANDING_VERBS: readonly VerbSpec[] = [
  verb('land', {
    summary: 'merge a thread into a Git branch as an ordinary commit',
    details: [
      'What the thread has and the branch has not is merged as git merges, and becomes one commit: its author is the principal of the newest state, its committer whoever lands it. With --no-squash each state becomes a commit, in order.',
      'It has to be allowed at every path that changes in the branch, in JSON and in grants `REPOSITORY@heads/BRANCH:PATH`.',
      'Nothing is half done: with a conflict, with work that was not captured, or where files of a worktree that has the branch checked out were changed, it ends and nothing was changed. A clean worktree follows the branch.',
      'Trailers name the state, the thread and the agents. They are for people and other programs: attribution is read from states alone.',
    ],
    arguments: [argument('THREAD', 'name of the thread')],
    options: [
      option('--onto BRANCH', 'text', 'branch to land on; the one that is checked out here where left out'),
      flag('--no-squash', 'make a commit of each state'),
      option(
        '-m, --message TEXT',
        'text',
        'message of the commit; made from task and intents where left out',
      ),
      option(
        '--trailers STYLE',
        'text',
        'how agents are named; as the policies say, or assisted-by, where left out',
        {
          choices: TRAILER_STYLES,
        },
      ),
      flag('--dry-run', 'show what would be made and all that is in the way, and change nothing'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['no-squash', 'message'],
    examples: [
      { argv: ['land', 'task/login', '--dry-run'], does: 'see the commit first' },
      { argv: ['land', 'task/login', '--onto', 'main', '-m', 'Let people log in'], does: 'land it' },
    ],
    everyday: true,
    answer: 'land',
    load: () => import('#commands/landing/land.ts'),
  }),
];
