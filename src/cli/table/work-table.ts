import { ACTOR_OPTIONS, LIMIT, WRITER_OPTIONS } from './shared-options.ts';
import { THREAD_VERBS } from './thread-table.ts';
import { UNDO_VERBS } from './undo-table.ts';
import { argument, flag, option, verb, type VerbSpec } from './verb-spec.ts';

/** Verbs of daily work: threads, states, history. */
export const WORK_VERBS: readonly VerbSpec[] = [
  verb('init', {
    summary: 'begin keeping states in this Git repository',
    details: [
      'Makes the authority chain with the principal as owner, and keys for the principal where there are none.',
      'In a clone, --adopt fetches what the remote keeps of heddle, verifies all of it, pins its genesis and makes no keys; what was fetched into `refs/heddle/` by hand is taken as it is, unless a remote is named. Whether it is the right genesis only an owner can tell. What is wrong with tombstones, requests and reviews is said, and counts for nothing; anything else that is wrong stops it.',
      'Outside a Git repository one is made. The passphrase of a new key is asked for, or read from the file that HEDDLE_PASSPHRASE_FILE names.',
    ],
    options: [
      option('--principal P', 'text', 'own the repository as P, such as a mail address', {
        says: 'principal',
      }),
      option('--namespace NS', 'text', 'put the repository below NS, such as a company'),
      option('--name REPO', 'text', "name the repository; its directory's name where left out"),
      flag('--no-passphrase', 'store a new key unencrypted'),
      flag('--adopt', 'begin with what another clone keeps, after verifying all of it'),
      option('--remote R', 'text', 'with --adopt: fetch from R; origin or the only one where left out'),
      option('--genesis ID', 'text', 'with --adopt: take only the repository that begins with this record'),
    ],
    examples: [
      { argv: ['init', '--principal', 'dev@example.com'], does: 'begin as the owner' },
      {
        argv: ['init', '--adopt'],
        does: 'begin in a clone that git made',
      },
    ],
    everyday: true,
    answer: 'init',
    load: () => import('#commands/init.ts'),
  }),
  verb('status', {
    summary: 'show the thread, what changed, and what you may do',
    options: ACTOR_OPTIONS,
    examples: [{ argv: ['status', '--json'], does: 'tell a program' }],
    everyday: true,
    asksGitLate: true,
    answer: 'status',
    load: () => import('#commands/status.ts'),
  }),
  verb('start', {
    summary: 'open a thread for a task',
    details: [
      'The thread begins at the commit that is checked out, or at --from. With --worktree it gets a linked Git worktree of its own: in DIR, or beside this one, in a directory such as core.task-login that is not there yet. Its names, addresses and hooks stay those of now, whatever another worktree sets for all: it has settings of its own.',
      'With --from THREAD, of the same name, it goes on with what another clone captured on that thread, or what no worktree has any more.',
    ],
    arguments: [argument('THREAD', 'name of the thread, such as task/login')],
    options: [
      option('--task T', 'text', 'say what the thread is for'),
      option('--from START', 'text', 'begin at a state, a thread or a Git revision'),
      option('--worktree [DIR]', 'text', 'open it in a linked worktree, beside this one or in DIR'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['start', 'task/login', '--task', 'Add a login page'], does: 'work here' },
      { argv: ['start', 'task/login', '--worktree'], does: 'work in a directory of its own' },
      {
        argv: ['start', 'task/login', '--from', 'task/login', '--worktree'],
        does: 'go on with a thread that came from elsewhere',
      },
    ],
    everyday: true,
    answer: 'start',
    load: () => import('#commands/start.ts'),
  }),
  verb('capture', {
    summary: 'save the work tree as a signed state',
    details: [
      'Nothing is written where nothing changed. The index and branches of Git are not touched.',
      'What Git ignores is left out, and so are untracked credential files (*.hcred).',
      'With paths, which are taken literally, only what changed there is saved; the rest stays as the last state has it, and stays in the work tree. A path where nothing changed is refused.',
      "--amend puts the new state in the place of the thread's newest one: yours, by the same agent and model, that nobody landed or built on. Its intent and confidence stay where you give none. The replaced state is kept: `heddle undo` brings it back, and its id still finds it.",
    ],
    rest: {
      placeholder: 'PATH...',
      summary: 'files and directories; everything where left out',
      required: false,
    },
    options: [
      option('-m, --intent INTENT', 'text', 'say why'),
      flag('--amend', 'replace the newest state'),
      option('--max-bytes N', 'integer', 'refuse files larger than N bytes'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['capture', '-m', 'Check the password'], does: 'save with an intent' },
      { argv: ['capture', '--confidence', '0.80'], does: 'say how sure the agent is' },
      { argv: ['capture', '-m', 'Only the page', '--', 'src/login.ts'], does: 'save one file' },
      { argv: ['capture', '--amend', '-m', 'Check the password twice'], does: 'say it better' },
    ],
    everyday: true,
    answer: 'capture',
    load: () => import('#commands/capture.ts'),
  }),
  verb('restore', {
    summary: 'bring files back to what a state has',
    details: [
      'Files that the state does not have go, where a directory that holds them is named. What stood there is kept in a snapshot of this clone, and `heddle undo` brings it back; no state is made. What looks like a secret is not kept so: take it out, or remove the file first.',
      'Submodules stay as they are. Nothing is written over what Git ignores.',
    ],
    arguments: [argument('PATH...', 'files and directories, taken literally')],
    options: [
      option('--from REV', 'text', 'a state, a thread or a Git revision; the last state where left out'),
      ...WRITER_OPTIONS,
    ],
    examples: [
      { argv: ['restore', 'src/login.ts'], does: 'throw away what changed since the last capture' },
      { argv: ['restore', 'src', '--from', 'main'], does: 'take a directory from a branch' },
    ],
    answer: 'restore',
    load: () => import('#commands/restore.ts'),
  }),
  verb('log', {
    summary: "list a thread's states, newest first",
    arguments: [argument('[THREAD]', 'thread; the current one where left out')],
    options: [option('--path PATH', 'text', 'only states that changed this file or directory'), LIMIT],
    examples: [
      { argv: ['log', 'task/login', '-n', '5'], does: 'show the last five' },
      { argv: ['log', '--path', 'src/login.ts'], does: 'show what changed a file' },
    ],
    everyday: true,
    paged: true,
    withoutGit: true,
    answer: 'log',
    load: () => import('#commands/history/log.ts'),
  }),
  verb('show', {
    summary: 'show a state and what it changed',
    arguments: [argument('[STATE]', 'state or thread; the newest of the current thread where left out')],
    everyday: true,
    paged: true,
    withoutGit: true,
    answer: 'show',
    load: () => import('#commands/history/show.ts'),
  }),
  verb('diff', {
    summary: 'show what differs between two states, or from the work tree',
    arguments: [
      argument('[FROM]', 'state, thread or Git revision; the last state where left out'),
      argument('[TO]', 'the same; the work tree where left out'),
    ],
    options: [
      flag('--stat', 'count lines for each file instead of showing them'),
      flag('--exit-code', 'exit with 1 where something differs'),
    ],
    examples: [{ argv: ['diff', '--stat'], does: 'see what the next capture would save' }],
    everyday: true,
    paged: true,
    answer: 'diff',
    load: () => import('#commands/history/diff.ts'),
  }),
  verb('blame', {
    summary: 'show who brought in each line of a file',
    details: [
      'Lines are followed through states and through Git commits, over renames, moves and copies. A commit that was squashed, rebased, amended or picked out of states is traced to them by content: no hook has to have run.',
      'How a line is known: exact, inferred (marked with ~: a Git commit brought it in, and a state has the same line), or unattributed. With --imports, of lines that no state has also what `heddle attribution import` took over from other tools (marked with ?): their word, and nobody checked it.',
    ],
    arguments: [argument('PATH', 'file, from the current directory')],
    options: [
      option(
        '--at REV',
        'text',
        'as a state, a thread or a Git revision has it; the work tree where left out',
      ),
      option('-L, --lines RANGE', 'text', 'only these lines: 10 or 10,20 or 10,+5 or /EXPRESSION/,+5'),
      flag('-w, --ignore-whitespace', 'do not count space as a change'),
      flag('--imports', 'show what imports say of lines that no state has'),
      flag('--porcelain', "print git's line format, with headers of heddle's, for editors"),
      flag('--line-porcelain', 'the same, with all headers for each line'),
    ],
    examples: [
      { argv: ['blame', 'src/login.ts', '-L', '10,+20'], does: 'ask about some lines' },
      { argv: ['blame', 'src/login.ts', '--at', 'main'], does: 'ask about a branch after a squash' },
    ],
    everyday: true,
    paged: true,
    answer: 'blame',
    load: () => import('#commands/history/blame.ts'),
  }),
  verb('who', {
    summary: 'count whose lines stand in files',
    details: [
      'Counts by principal, agent and model what `heddle blame` tells of each line. For a range of Git revisions only lines that came in it count.',
    ],
    arguments: [
      argument('[PATH|RANGE]', 'file, directory, or a range such as main..topic; everything where left out'),
    ],
    options: [
      option(
        '--at REV',
        'text',
        'as a state, a thread or a Git revision has it; the work tree where left out',
      ),
    ],
    examples: [
      { argv: ['who', 'src'], does: 'count below a directory' },
      { argv: ['who', 'main..topic'], does: 'count what a branch brings' },
    ],
    answer: 'who',
    load: () => import('#commands/history/who.ts'),
  }),
  verb('thread list', {
    summary: 'list the threads',
    asksGitLate: true,
    answer: 'thread-list',
    load: () => import('#commands/thread/list.ts'),
  }),
  verb('thread show', {
    summary: 'show where a thread stands',
    arguments: [argument('THREAD', 'name of the thread')],
    answer: 'thread-show',
    load: () => import('#commands/thread/show.ts'),
  }),
  ...THREAD_VERBS,
  ...UNDO_VERBS,
  verb('oplog', {
    summary: 'list operations, newest first, refused ones too',
    details: [
      'Without --all-replicas or --replica, those that were done in this clone. Other clones publish theirs with a push.',
    ],
    options: [
      LIMIT,
      flag('--all-replicas', 'those that other clones published, too'),
      option('--replica ID', 'text', 'those of one clone, by its id or the beginning of it'),
    ],
    atMostOne: ['all-replicas', 'replica'],
    paged: true,
    withoutGit: true,
    answer: 'oplog',
    load: () => import('#commands/history/oplog.ts'),
  }),
  verb('verify', {
    summary: 'check objects, signatures, token chains and logs, or commits of Git',
    details: [
      'Exits with 1 where something is wrong. Without --all, the threads and the authority chain.',
      "Of a range it is told whether states have what its commits bring, whether their authors were allowed to make it, whether trailers name what is so, and whether something comes back that was removed. It works in the checkout of a pipeline: fetch `refs/heddle/*` first, and the history of the range. What no state has is an error, unless a policy's `attribution` is `warn` or --unattributed says so.",
      'With --clean-of it looks whether this clone holds what a tombstone removed, and changes nothing. It ends with 0 where it is clean, with 1 where it holds it, and with 78 where it cannot tell: nothing that travels says what was removed, so a clone knows it only from what it kept itself, or from --secret.',
    ],
    arguments: [argument('[REV|RANGE]', 'a commit of Git, or commits such as main..topic')],
    options: [
      flag('--all', 'check everything, every operation included'),
      option('--clean-of TOMBSTONE', 'text', 'look for what this tombstone removed'),
      option('--secret FILE', 'text', 'with --clean-of: look for what this file holds, - for standard input'),
      option('--format FORMAT', 'text', 'of a range: sarif, junit, json or text', {
        choices: ['sarif', 'junit', 'json', 'text'],
      }),
      option(
        '--genesis ID',
        'text',
        'of a range: take only the authority chain that begins with this record',
      ),
      option('--onto BRANCH', 'text', 'of a range: ask the policies of this branch, too'),
      option(
        '--unattributed LEVEL',
        'text',
        'of a range: what lines without a state are; policies go first',
        {
          choices: ['error', 'warning'],
        },
      ),
    ],
    atMostOne: ['all', 'clean-of'],
    examples: [
      { argv: ['verify', '--all'], does: 'check everything that this clone has' },
      {
        argv: ['verify', 'origin/main..HEAD', '--onto', 'main', '--format', 'sarif'],
        does: 'check in a pipeline what a branch brings',
      },
    ],
    everyday: true,
    withoutGit: true,
    answer: 'verify',
    also: ['clean-of', 'verify-range'],
    load: () => import('#commands/verify.ts'),
  }),
  verb('doctor', {
    summary: 'look for what is easily mended: git, modes of files, leftovers, the local index',
    details: [
      'Exits with 1 where something is wrong, also where authority or log were set back behind what this home knew. Signatures, states and logs are for verify.',
    ],
    options: [flag('--rebuild-index', 'make the local index anew from refs and logs')],
    withoutGit: true,
    answer: 'doctor',
    load: () => import('#commands/doctor.ts'),
  }),
];
