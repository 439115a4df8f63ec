import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, verb, type VerbSpec } from './verb-spec.ts';

const THREAD = argument('THREAD', 'name of the thread');

/** Verbs on threads that change them. */
export const THREAD_VERBS: readonly VerbSpec[] = [
  verb('thread drop', {
    summary: 'take a thread out of the list, with its worktree',
    details: [
      'Its states are kept, and `heddle undo` brings it back; a state is still found by its id. Of threads that others worked on, maintainers do this.',
      'A linked worktree of its own goes too, unless you stand in it: not while it holds what no state has. --force captures that first. What Git ignores there is lost. One that is locked, or that another repository lies in, has to stay: run it there.',
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
];
