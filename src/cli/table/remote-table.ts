import { WRITER_OPTIONS } from './shared-options.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

const REMOTE = argument('[REMOTE]', 'remote, as git names it; origin, or the only one, where left out');

/** Verbs that reach other repositories. */
export const REMOTE_VERBS: readonly VerbSpec[] = [
  verb('push', {
    summary: 'bring threads, and what they are judged by, to a remote',
    details: [
      'It pushes the thread of this worktree, with --branch those that were landed on it too, and those in which something was hidden since, or what is named, with the authority chain, tombstones, requests, reviews and imports. Where the remote can, all of it moves in one step; else what others are judged by comes first, then threads, then branches.',
      'Nothing that stands at the remote is taken back: a thread moves only to a state that grew from the one there. Where somebody was faster it exits with 75: `heddle pull`, then push again. What a hook of the receiving side says is printed.',
      'Nothing that was redacted or purged here leaves, nor what looks like a secret, nor, where a policy asks for attribution, commits that bring what no state has. It goes only where the policy says (`heddle policy set --remotes PATTERN`). It needs the role developer at each thread, and at the repository for a branch, or where no thread is pushed.',
    ],
    arguments: [REMOTE],
    options: [
      option('--thread T', 'list', 'push this thread; may be given many times'),
      option('--branch B', 'list', 'push this branch of Git, too; may be given many times'),
      flag('--all', 'push every thread'),
      ...WRITER_OPTIONS,
    ],
    atMostOne: ['thread', 'all'],
    examples: [
      { argv: ['push'], does: 'bring the thread of this worktree to origin' },
      { argv: ['push', 'origin', '--all', '--branch', 'main'], does: 'bring all of it, and a branch' },
    ],
    everyday: true,
    answer: 'push',
    load: () => import('#commands/remote/push.ts'),
  }),
  verb('pull', {
    summary: 'take over what others pushed to a remote',
    details: [
      'What is fetched waits beside the repository until it is verified. Then the authority chain moves forward, tombstones are judged and do here what they say, requests, reviews and imports are joined, and each thread moves forward where it can. Content that was removed never enters.',
      'A thread that went on here and there stays as it is; the other state is kept and shown. A worktree whose files are as they were captured follows its thread; in others nothing is changed but what a tombstone replaces.',
      'What does not verify is named and stops nothing else; it exits with 1 then.',
    ],
    arguments: [REMOTE],
    options: [...WRITER_OPTIONS],
    examples: [{ argv: ['pull'], does: 'see what others did' }],
    everyday: true,
    answer: 'pull',
    load: () => import('#commands/remote/pull.ts'),
  }),
  verb('clone', {
    summary: 'clone a repository, with its threads, and verify all of it',
    details: [
      'It is `git clone`, and then everything that the remote keeps of heddle is fetched and verified before any of it counts. What does not verify is refused, and nothing stays behind.',
      'The genesis is the first record of authority, and everything is held to it. The first one that is seen is believed, unless --genesis names the one that it has to be: ask an owner. No hook runs, and submodules are not fetched.',
    ],
    arguments: [argument('URL', 'path or address'), argument('[DIR]', 'new directory, or an empty one')],
    options: [
      option('--genesis ID', 'text', 'refuse any other genesis, hg-…'),
      option('--branch B', 'text', 'check this branch out'),
    ],
    examples: [{ argv: ['clone', 'git@example.com:acme/core.git'], does: 'begin where others work' }],
    everyday: true,
    answer: 'clone',
    load: () => import('#commands/remote/clone.ts'),
  }),
  verb('remote add', {
    summary: 'give another repository a name',
    details: [
      'It is a remote of Git: a path, or an address by ssh, https, http or file. An address that starts a program is refused, and one with a password: use a credential helper of git.',
    ],
    arguments: [argument('NAME', 'name of the remote, such as origin'), argument('URL', 'path or address')],
    options: [flag('--fallback', 'the host takes branches alone: keep all on the branch heddle/refs')],
    examples: [{ argv: ['remote', 'add', 'origin', 'git@example.com:acme/core.git'], does: 'once' }],
    answer: 'remote-add',
    load: () => import('#commands/remote/add.ts'),
  }),
  verb('remote list', {
    summary: 'show remotes, when they were pushed to and pulled from, and other clones',
    details: [
      'Nobody is called. A clone began with a pull. Other clones are shown as far as their logs were taken over.',
    ],
    answer: 'remote-list',
    load: () => import('#commands/remote/list.ts'),
  }),
];
