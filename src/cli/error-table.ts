import type { ErrorCode, ErrorFacts } from '#domain/error.ts';

export type ExitCode = 0 | 1 | 64 | 65 | 70 | 73 | 74 | 75 | 77 | 78;

/** What people are told beside the message, and what a program gets to run. */
export interface ErrorRow {
  readonly exit: ExitCode;
  /** An imperative; null where the message says it all. */
  readonly hint: string | null;
  /** A command that helps, `heddle` in front; null where none does for certain. */
  readonly fix: readonly string[] | null;
}

function row(exit: ExitCode, hint: string | null, fix: string | null = null): ErrorRow {
  return { exit, hint, fix: fix === null ? null : fix.split(' ') };
}

const VERIFY = 'heddle verify --all';
const CORRUPT = row(65, 'see how far it goes with `heddle verify --all`', VERIFY);
const SAFE_MODE = 'make it private with `chmod 600`, and its directory with `chmod 700`';

/** Exit code and hint of every code; a code without a row does not compile. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorRow>> = {
  USAGE: row(64, 'see `heddle help`', 'heddle help'),
  PRINCIPAL_MISSING: row(64, 'name one with --principal or HEDDLE_PRINCIPAL'),
  PROVIDER_MODEL_PAIR: row(64, 'give --provider and --model together'),
  CONFIDENCE_INVALID: row(64, 'give a number such as 0.80'),
  RESOURCE_INVALID: row(64, 'write it like acme/core, acme/core@thread or acme/core@thread:path'),
  THREAD_NAME_INVALID: row(64, 'take a name such as task/login'),
  PATH_INVALID: row(64, 'give a path inside the repository, without `..`'),
  DURATION_INVALID: row(64, 'write it like 90s, 15m, 1h or 7d'),
  CONFIRMATION_MISSING: row(64, 'look at it with --dry-run, then say --yes'),

  NOT_A_REPOSITORY: row(78, 'begin here with `heddle init`, or name the place with -C', 'heddle init'),
  BARE_REPOSITORY: row(
    78,
    'run it in a worktree of the repository; how a server stands is shown by `heddle hook status --server`',
  ),
  REPOSITORY_UNTRUSTED: row(
    78,
    'have its owner run it, or add it to safe.directory in your git configuration',
  ),
  NOT_A_WORK_TREE: row(78, 'run it in the work tree, or name the work tree with -C'),
  NOT_INITIALISED: row(
    78,
    'begin here with `heddle init`; in a clone of a repository that has heddle with `heddle init --adopt`',
    'heddle init',
  ),
  ADOPT_REFUSED: row(65, 'fetch it again from a clone that `heddle verify --all` finds nothing wrong with'),
  NOT_BARE: row(78, 'run it in the bare repository that is pushed to, or name that with -C'),
  ALREADY_INITIALISED: row(65, 'see where it stands with `heddle status`', 'heddle status'),
  GIT_MISSING: row(
    78,
    'install git 2.38 or newer; without it only log, show, oplog, verify, evidence, doctor and tombstone read',
  ),
  GIT_TOO_OLD: row(78, 'install git 2.38 or newer'),
  GIT_UNSUPPORTED: row(78, 'work in a clone without it'),
  GIT_FAILED: row(74, null),
  HOOKS_PATH_SHARED: row(
    78,
    'give it hooks of its own with `git config --local core.hooksPath "$(git rev-parse --path-format=absolute --git-common-dir)/hooks"`, or take the setting away',
  ),
  HOME_MISSING: row(78, 'set HEDDLE_HOME, or HOME, to a directory of your own'),
  KEY_MISSING: row(78, 'make one with `heddle key new`', 'heddle key new'),
  KEY_LOCKED: row(78, 'run it on a terminal, or name a file in HEDDLE_PASSPHRASE_FILE'),
  PASSPHRASE_MISSING: row(
    78,
    'run it on a terminal, name a file in HEDDLE_PASSPHRASE_FILE, or choose --no-passphrase',
  ),
  PASSPHRASE_WRONG: row(78, 'try again, or check the file that HEDDLE_PASSPHRASE_FILE names'),
  KEY_FILE_MODE: row(78, SAFE_MODE),
  KEY_FILE_INVALID: row(65, 'restore the file from a backup, or make a new key with `heddle key new`'),
  CREDENTIAL_FILE_MODE: row(78, SAFE_MODE),
  CREDENTIAL_FILE_INVALID: row(65, 'ask whoever made it for a new one'),

  NOT_FOUND: row(65, null),
  AMBIGUOUS: row(65, 'give its id, or more letters of it'),
  THREAD_EXISTS: row(65, 'take another name, or see `heddle thread list`', 'heddle thread list'),
  THREAD_NAME_COLLISION: row(65, 'take another name'),
  THREAD_NOT_STARTED: row(
    65,
    'open one with `heddle start THREAD`; `heddle thread list` shows those there are',
  ),
  THREAD_DIVERGED: row(65, 'begin another thread here with `heddle start THREAD --from STATE`'),
  WORKTREE_DIRTY: row(
    65,
    'save the changes there with `heddle capture`, or on a branch with git; a drop with --force captures by itself',
  ),
  FILE_TOO_LARGE: row(65, 'leave it out with .gitignore, or allow it with --max-bytes'),
  FILE_UNREADABLE: row(65, 'make it readable, or leave it out with .gitignore'),
  FILE_NAME_REFUSED: row(65, 'rename it, or leave it out with .gitignore'),
  FILTER_UNTRUSTED: row(65, 'put the filter into your own git configuration if you trust it'),
  REF_NOT_LOGGED: row(65, 'use heddle: `heddle help` lists what moves these refs'),
  HOOK_INPUT_INVALID: row(65, 'hooks are started by git; see `heddle hook status`', 'heddle hook status'),
  TOKEN_WIDENS: row(65, 'ask for less, or for a wider token from whoever made yours'),
  TOKEN_INVALID: row(65, 'ask whoever made it for a new one'),
  KEY_REJECTED: row(65, 'have it exported again with `heddle key export`'),
  GRANT_INVALID: row(65, 'see what there is with `heddle grant list`', 'heddle grant list'),
  POLICY_INVALID: row(65, 'see what is asked with `heddle policy show`', 'heddle policy show'),
  TOKEN_AGAINST_POLICY: row(65, 'see what is asked with `heddle policy show`', 'heddle policy show'),
  NOT_FROZEN: row(65, 'see where it stands with `heddle status`', 'heddle status'),
  KEY_REVOCATION_REFUSED: row(
    65,
    'make somebody else owner first with `heddle grant add PRINCIPAL owner RESOURCE`',
  ),
  REQUEST_LIMIT: row(65, 'withdraw one with `heddle deny REQUEST --reason TEXT`', 'heddle request list'),
  REQUEST_CLOSED: row(
    65,
    'see what became of it with `heddle request list --all`',
    'heddle request list --all',
  ),
  REQUEST_UNFIXABLE: row(65, null),
  AMEND_REFUSED: row(65, 'save it as a state of its own with `heddle capture`', 'heddle capture'),
  EVIDENCE_REFUSED: row(65, 'narrow it to a thread, a state or a range, or leave --content out'),
  REVIEW_LIMIT: row(65, null),
  UNDO_NOTHING: row(65, 'see what was done with `heddle oplog`', 'heddle oplog'),
  UNDO_REFUSED: row(65, 'see what can be undone with `heddle undo --list`', 'heddle undo --list'),
  LAND_CONFLICT: row(
    65,
    'run it in a worktree of the thread, where the conflicts can be resolved, or make one with `heddle start NAME --from THREAD --worktree DIR` and land that',
  ),
  LAND_REFUSED: row(65, 'see all that is in the way with `heddle land THREAD --dry-run`'),
  LAND_PENDING: row(
    65,
    'resolve the conflicts and land it with `heddle continue`, or take it back with `heddle abort`',
    'heddle abort',
  ),
  LAND_UNRESOLVED: row(
    65,
    'put the files right and tell git with `git add`, then run `heddle continue`; or run `heddle abort`',
  ),
  LAND_NOT_PENDING: row(65, 'see where it stands with `heddle status`', 'heddle status'),
  OPERATION_ID_REUSED: row(65, 'take a new id for a new request'),
  INCIDENT_REFUSED: row(65, 'see where it stands with `heddle incident`', 'heddle incident'),
  NOT_REDACTABLE: row(65, null),
  CONTENT_SHUNNED: row(65, 'take the content out of the file, or leave the file out with .gitignore'),
  SECRET_FOUND: row(65, 'take it out, and keep it where .gitignore leaves it out'),
  TOMBSTONE_INVALID: row(65, 'see which with `heddle tombstone verify`', 'heddle tombstone verify'),
  INTEGRATE_REFUSED: row(65, 'have a person run it, at a terminal of their own'),
  QUARANTINE_MISSING: row(65, 'run it in the clone and as the user that redacted it'),
  PURGE_REFUSED: row(65, 'see what there is with `heddle tombstone list`', 'heddle tombstone list'),
  REWRITE_REFUSED: row(65, 'clear what it names, then purge again with --rewrite-git'),
  FORMAT_UNKNOWN: row(65, 'it may come from a newer heddle: check for an update'),
  FORMAT_INVALID: row(65, null),
  OBJECT_CORRUPT: CORRUPT,
  AUTHORITY_INVALID: CORRUPT,
  AUTHORITY_SET_BACK: row(65, 'find out who set it back, and put back what was known'),
  LOG_SET_BACK: row(65, 'put `.git/heddle` back as it was, or go on in another clone'),
  CLONE_CHANGED: row(65, 'put `.git/heddle/clone.json` back as it was, or go on in another clone'),
  LOG_CORRUPT: CORRUPT,
  PUBLISHED_LOG_INVALID: row(65, 'ask whoever keeps that clone to run `heddle verify --all`'),
  PUBLISHED_LOG_ROLLED_BACK: row(65, 'find out who moved it back: `heddle verify --all` in both clones'),
  PUBLISHED_LOG_FORKED: row(65, 'find out which is right: one clone was copied, or somebody has its key'),
  WASM_INVALID: row(65, 'install heddle again: a file of it was changed'),

  REMOTE_UNKNOWN: row(
    78,
    'see `heddle remote list`, and add it with `heddle remote add NAME URL`',
    'heddle remote list',
  ),
  REMOTE_EXISTS: row(
    65,
    'take another name; `heddle remote list` shows those there are',
    'heddle remote list',
  ),
  REMOTE_REFUSED: row(65, 'name a path, or an address by ssh, https, http or file'),
  REMOTE_FAILED: row(74, 'see what git says; try `git ls-remote` with the same name or address'),
  REMOTE_MOVED: row(75, 'take over what is there first: `heddle pull`', 'heddle pull'),
  PUSH_REFUSED: row(
    65,
    'see what the receiving side says; nothing of the push stands there unless it is named',
  ),

  OUTPUT_EXISTS: row(73, 'take another name; heddle overwrites nothing'),
  DISK_FULL: row(74, 'make room and run it again'),
  IO_FAILED: row(74, null),
  LOCK_HELD: row(75, 'wait for the other heddle to end, then run it again'),
  REF_MOVED: row(75, 'run it again'),
  FILE_CHANGING: row(75, 'let whatever writes to it end, then run it again'),
  THREAD_CLAIMED: row(75, 'wait for it with `heddle thread claim THREAD --wait`'),

  DENIED: row(77, null),
};

/** How a system says that a file is not for this user to write. */
const CLOSED: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** What of the kind there is. */
function whereListed({ thread, operation }: ErrorFacts): string | null {
  if (typeof thread === 'string') return 'see which threads there are with `heddle thread list`';
  if (typeof operation === 'string') return 'see which operations there are with `heddle oplog`';
  return ERROR_TABLE.NOT_FOUND.hint;
}

/** The hint for one error: what was probably meant goes before the table's. */
export function hintFor(code: ErrorCode, facts: ErrorFacts): string | null {
  const { advice, suggestion, expected, help, reason } = facts;
  if (typeof advice === 'string') return advice;
  if (typeof suggestion === 'string') return `did you mean ${suggestion}?`;
  if (code === 'USAGE' && Array.isArray(expected)) return `give one of ${expected.join(', ')}`;
  if (code === 'USAGE' && typeof help === 'string') return `see \`heddle help ${help}\``;
  if (code === 'NOT_FOUND') return whereListed(facts);
  if (code === 'IO_FAILED' && CLOSED.includes(String(reason)))
    return 'see who may write there, and as whom you run';
  return ERROR_TABLE[code].hint;
}
