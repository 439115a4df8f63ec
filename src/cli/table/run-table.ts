import { CREDENTIAL_WAYS } from '#domain/run/run-record.ts';
import { ALLOW, BUDGET, BUDGET_DETAILS, PRESET, PRESET_DETAILS, RESOURCE, TTL } from './authority-table.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

/** Verbs that start programs for agents, and look at what became of them. */
export const RUN_VERBS: readonly VerbSpec[] = [
  verb('run', {
    summary: 'start a program as an agent, with a narrower token of its own',
    details: [
      'The program gets a credential whose file is removed at the end, and a short list of variables: what is not named with --env-pass stays out, provider keys too. No shell reads the command line.',
      'It needs a preset, or --allow and --resource; --thread stands for the resource. More than the caller has is refused before anything starts. Inside a run it narrows again.',
      'heddle exits as the program does: with 128 and the signal’s number where one ended it, and with 124 at --timeout. What the program started is ended with it: asked first, and made to after 5 seconds. A bare name is looked up in the absolute directories of PATH, a name with a slash from the directory that it runs in.',
      'A line in the log notes start and end, with the command line hashed, and shown without what looks like a secret. With --json the program’s output goes to stderr.',
      '--credential fd keeps the credential off the disk: descriptor 3 of the program, which sh, env, make, git and timeout pass on, and node, python, sudo and ssh do not.',
      ...PRESET_DETAILS,
      BUDGET_DETAILS,
    ],
    options: [
      option('--agent A', 'text', "name the agent; the program's name where left out"),
      PRESET,
      ALLOW,
      RESOURCE,
      TTL,
      BUDGET,
      option('--provider NAME', 'text', 'bind it to a provider; needs --model'),
      option('--model NAME', 'text', 'bind it to a model; needs --provider'),
      option('--depth N', 'integer', 'let the agent hand it on N times more'),
      option('--thread T', 'text', 'run for this thread: only there, in its worktree where it has one'),
      option('--worktree [DIR]', 'text', 'open the thread in a linked worktree, beside this one or in DIR'),
      option(
        '--timeout T',
        'duration',
        'end it after T (90s, 15m, 1h); without --ttl its token ends then, too',
      ),
      option('--env-pass NAME', 'list', 'pass this variable on, too; may be repeated'),
      option('--credential WAY', 'text', 'hand the credential over so', { choices: CREDENTIAL_WAYS }),
      flag('--explain', 'say what would be run and what it could do; start nothing'),
    ],
    rest: {
      required: true,
      placeholder: 'CMD [ARG…]',
      summary: 'program to run, and its arguments',
    },
    atLeastOne: [
      ['allow', 'preset'],
      ['resource', 'preset', 'thread'],
    ],
    examples: [
      {
        argv: 'run --preset overnight --thread task/login --worktree -- claude'.split(' '),
        does: 'let an agent work until the morning, in a directory of its own',
      },
      {
        argv: 'run --preset overnight --timeout 2h --env-pass ANTHROPIC_API_KEY -- claude'.split(' '),
        does: 'let it work here for two hours, with the key that it needs',
      },
      { argv: 'run --preset review --explain -- ./check.sh'.split(' '), does: 'see first what it could do' },
    ],
    everyday: true,
    answer: 'run',
    also: ['run-explain'],
    load: () => import('#commands/run/run.ts'),
  }),
  verb('run list', {
    summary: 'list runs: what goes on, how others ended, what they did',
    details: ['An orphaned run goes on without its heddle. It keeps its credential until it ends.'],
    options: [flag('--all', 'every run; only the newest 20 that ended where left out')],
    answer: 'run-list',
    load: () => import('#commands/run/list.ts'),
  }),
  verb('run show', {
    summary: 'show everything that is known of one run',
    arguments: [argument('RUN', 'id of a run, or the beginning of it')],
    answer: 'run-show',
    load: () => import('#commands/run/show.ts'),
  }),
];
