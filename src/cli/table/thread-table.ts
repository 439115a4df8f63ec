import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const THREAD = argument('THREAD', 'name of the thread');

/** Verbs on threads that change them. */
export const THREAD_VERBS: readonly VerbSpec[] = [
  verb('thread claim', {
    summary: 'be the only one who writes to a thread',
    details: [
      'Until it is given back, everything that anybody else would change of the thread is refused (75). That holds between processes of this clone; for what others may do in other clones there are roles.',
      'A claim lasts as long as a process: that of the run, in `heddle run`, or else the one that started heddle, such as a shell, a script or an agent. Name another one with --pid, such as $PPID where each command has a shell of its own. Whatever that process starts under the same credential, or one made from it, may write; another process may not, whoever it is of.',
      'Where the process is gone, the same credential still holds the claim, and each change of the thread renews it. It ends by itself after --ttl without one. As long as the process lives it never does, and never for a process on another machine, where nobody can look.',
      'With --wait, behind the name of the thread, it waits until that is free, for ever or so long, and holds nothing meanwhile.',
    ],
    arguments: [THREAD],
    options: [
      option('--wait [T]', 'duration', 'wait for whoever has it, at most T (90s, 15m, 1h)'),
      option('--ttl T', 'duration', 'how long it stands once its process is gone; 15m where left out'),
      option('--pid PID', 'integer', 'the process that it lasts as long as'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['thread', 'claim', 'task/login'], does: 'keep others out as long as this shell lasts' },
      { argv: ['thread', 'claim', 'task/login', '--wait', '10m'], does: 'take turns' },
    ],
    answer: 'thread-claim',
    load: () => import('#commands/thread/claim.ts'),
  }),
  verb('thread release', {
    summary: 'give a claimed thread back',
    details: [
      'People give back what their agents claimed, too. Where nobody claimed the thread, nothing is done.',
      'A claim of somebody else, or one that nobody can read, is ended with --force, by whoever may drop what others worked on.',
    ],
    arguments: [THREAD],
    options: [flag('--force', "end somebody else's claim"), ...WRITER_OPTIONS],
    examples: [{ argv: ['thread', 'release', 'task/login'], does: 'let others write' }],
    answer: 'thread-release',
    load: () => import('#commands/thread/release.ts'),
  }),
  verb('thread drop', {
    summary: 'take a thread out of the list, with its worktree',
    details: [
      'Its states are kept, and `heddle undo` brings it back; a state is still found by its id. Of threads that others worked on, maintainers do this.',
      'A linked worktree of its own goes too, unless you stand in it: not while it holds what no state has. --force captures that first, and is refused where a capture is: nothing goes then. What Git ignores there is lost. One that is locked, or that another repository lies in or was checked out in as a submodule, has to stay: run it there.',
    ],
    arguments: [THREAD],
    options: [flag('--force', 'capture first what was not captured'), ...WRITER_OPTIONS],
    examples: [{ argv: ['thread', 'drop', 'task/login'], does: 'when the task is done or given up' }],
    answer: 'thread-drop',
    load: () => import('#commands/thread/drop.ts'),
  }),
  verb('thread rename', {
    summary: 'give a thread another name',
    details: [
      'It needs what dropping the one thread and starting the other do: a name is a place in the tree of rights. Tokens that are bound to the old name do not reach the new one.',
      'States keep the thread that they were made on: the renamed one begins with a state that changes nothing and follows the newest. Worktrees and what is not captured yet stay as they are.',
    ],
    arguments: [THREAD, argument('NEW', 'its new name')],
    options: [...WRITER_OPTIONS],
    examples: [{ argv: ['thread', 'rename', 'task/login', 'task/sign-in'], does: 'call it what it became' }],
    answer: 'thread-rename',
    load: () => import('#commands/thread/rename.ts'),
  }),
  verb('thread split', {
    summary: 'make a thread of what another one changed at some paths',
    details: [
      'For two tasks in one thread. The new thread begins where the other did, or where it was landed last, and has what that changed at the paths; the other goes on without it, in its worktrees too, unless --keep says that it stays as it is. Paths are taken literally.',
      'The states are yours, and name the original as a parent: blame still tells who wrote each line. Files of the part that were changed and not captured are refused. `heddle undo` takes it back.',
    ],
    arguments: [THREAD],
    rest: { placeholder: 'PATH...', summary: 'files and directories of the part', required: true },
    options: [
      option('--into NEW', 'text', 'name of the new thread', { required: true }),
      option('--worktree DIR', 'text', 'give it a worktree of its own'),
      flag('--keep', 'leave the thread as it is'),
      flag('--dry-run', 'show what would go, and change nothing'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      {
        argv: ['thread', 'split', 'task/login', '--into', 'task/docs', '--', 'docs'],
        does: 'let the documentation land by itself',
      },
    ],
    answer: 'thread-split',
    load: () => import('#commands/thread/split.ts'),
  }),
];
