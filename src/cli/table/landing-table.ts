import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

/** Verbs that bring threads into Git's own branches. */
export const LANDING_VERBS: readonly VerbSpec[] = [
  verb('land', {
    summary: 'merge a thread into a Git branch as an ordinary commit',
    details: [
      'What the thread has and the branch has not is merged as git merges, and becomes one commit: its author is the principal of the newest state, its committer whoever lands it. With --no-squash each state that changes something becomes a commit, in order.',
      'It has to be allowed at every path that changes in the branch, in JSON and in grants `REPOSITORY@heads/BRANCH:PATH`.',
      'Nothing is half done: with work that was not captured, or where files of a worktree that has the branch checked out were changed, it ends and nothing was changed. A clean worktree follows the branch.',
      'Where both changed the same places, and this is a worktree of the thread, the conflicts are written into its files and its index as git writes them, and it ends with 1: `heddle continue` lands what you make of them, `heddle abort` takes it back. Elsewhere nothing is changed.',
      'Trailers name the state, the thread and the agents. They are for people and other programs: attribution is read from states alone.',
    ],
    arguments: [argument('THREAD', 'name of the thread')],
    options: [
      option(
        '--onto BRANCH',
        'text',
        'branch to land on; the one that is checked out here, else in the main worktree, where left out',
      ),
      flag('--no-squash', 'make a commit of each state that changes something'),
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
      flag('--dry-run', 'show what would be made and what is in the way, which exits with 1; change nothing'),
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
  verb('continue', {
    summary: 'land a thread whose conflicts were resolved in this worktree',
    details: [
      'What stands in the files becomes a state that follows the thread’s and brings the branch in, by whoever resolved it; then the thread is landed, and everything is decided anew. Where the branch moved on meanwhile it is merged again.',
      'It is refused while git has unmerged paths, or a file in conflict has markers in it. Of submodules, what stands in the index counts, and the same has to be checked out where anything is.',
    ],
    options: [
      option(
        '-m, --message INTENT',
        'text',
        'what the resolution is for; made from the branch where left out',
      ),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['continue'], does: 'land it, once the conflicts are resolved and added' },
      { argv: ['continue', '-m', 'Keep both checks'], does: 'say how they were resolved' },
    ],
    answer: 'continue',
    load: () => import('#commands/landing/continue.ts'),
  }),
  verb('abort', {
    summary: 'take back a landing that waits with conflicts in this worktree',
    details: [
      'Files and index become what they were before. What was made of the conflicts is kept, and `heddle undo` brings it back; what looks like a secret is to be taken out first. What is checked out of submodules stays.',
    ],
    options: [...WRITER_OPTIONS],
    examples: [{ argv: ['abort'], does: 'leave the conflicts for later' }],
    answer: 'abort',
    load: () => import('#commands/landing/abort.ts'),
  }),
];
