import type { ErrorCode } from '#domain/error.ts';

/** What an error code means and how people come to it: clauses without a full stop. */
export interface ErrorWords {
  readonly meaning: string;
  readonly cause: string;
  /** What to do, where the error table has no hint; null where it has one. */
  readonly helps: string | null;
  /** False where nothing in this release gives it. */
  readonly reached: boolean;
}

function words(meaning: string, cause: string, helps: string | null = null): ErrorWords {
  return { meaning, cause, helps, reached: true };
}

/** Words for every code; one without does not compile. Only help and its page need them. */
export const ERROR_WORDS: Readonly<Record<ErrorCode | 'BUG', ErrorWords>> = {
  USAGE: words('the command line is not understood', 'a verb, option or value is misspelt or left out'),
  PRINCIPAL_MISSING: words(
    'nobody says who answers for it',
    'no credential, flag or variable names a principal',
  ),
  PROVIDER_MODEL_PAIR: words(
    'a provider is named without a model, or the other way round',
    'one flag or variable of the two is missing',
  ),
  CONFIDENCE_INVALID: words(
    'the confidence is no number from 0.00 to 1.00',
    'it was given in percent, or with more than two decimals',
  ),
  RESOURCE_INVALID: words(
    'the text is no resource',
    'a namespace is missing, a segment is empty, or a path climbs out with `..`',
  ),
  THREAD_NAME_INVALID: words(
    'no thread can have this name',
    'it holds a character that Git refuses in refs, `@` or `:`, or begins with heads/',
  ),
  PATH_INVALID: words(
    'the path does not lead to a file inside the repository',
    'it leaves the work tree, or Git refuses its name',
  ),
  DURATION_INVALID: words(
    'the text is no duration',
    'the unit is missing or unknown, or it is zero or too long',
  ),
  CONFIRMATION_MISSING: words(
    'nobody confirmed what cannot be taken back',
    'a purge ran without a terminal and without --yes, or something else was typed',
  ),

  NOT_A_REPOSITORY: words('there is no Git repository here', 'it ran in another directory than was meant'),
  BARE_REPOSITORY: words(
    'the repository has no work tree',
    'it ran in a bare repository, such as on a server',
  ),
  REPOSITORY_UNTRUSTED: words(
    'the repository belongs to another user',
    'it was cloned as root, or lies on a shared disk',
  ),
  NOT_A_WORK_TREE: words(
    'the directory is not part of a work tree',
    'it ran inside .git, or in a directory that was removed',
  ),
  NOT_INITIALISED: words(
    'heddle was not begun in this repository',
    'nobody ran init, or git made the clone and brought nothing of heddle',
  ),
  ADOPT_REFUSED: words(
    'what was fetched from another clone is missing, does not verify, or begins with another genesis',
    'only some of `refs/heddle/*` were fetched, or somebody wrote into them',
  ),
  NOT_BARE: words(
    'the repository has a work tree, and the verb is for one that is pushed to',
    'it ran in a clone instead of in the repository on the server',
  ),
  ALREADY_INITIALISED: words('the repository has an authority chain', 'init ran a second time'),
  GIT_MISSING: words('git was not found', 'it is not installed, or not on the PATH of this process'),
  GIT_TOO_OLD: words('git is older than heddle needs', 'the system has git before 2.38'),
  GIT_UNSUPPORTED: words(
    'the repository is of a kind that heddle does not support',
    'it uses SHA-256, reftable, a partial clone, a sparse checkout or an extension that is unknown',
  ),
  GIT_FAILED: words(
    'git ended in a way that was not expected',
    'it was killed, ran out of memory, or was stopped by its configuration',
    'see what the error says of git, mend it and run it again',
  ),
  HOOKS_PATH_SHARED: words(
    'git looks for hooks in a directory that other repositories use, too',
    'core.hooksPath is set for all repositories of this user or machine, or by a variable',
  ),
  KEY_MISSING: words(
    'the principal has no keys on this device',
    'another device or HEDDLE_HOME has them, or the name is misspelt',
  ),
  KEY_LOCKED: words(
    'the keys stay locked',
    'an agent is running, which never unlocks the keys of a person; or the machine lacks memory',
  ),
  PASSPHRASE_MISSING: words(
    'the keys need a passphrase, and none was given',
    'there is no terminal to ask on, or the file is missing or empty',
  ),
  PASSPHRASE_WRONG: words(
    'the passphrase does not open the keys',
    'it was mistyped, or belongs to other keys',
  ),
  KEY_FILE_MODE: words('a key file can be read by others', 'it was copied or unpacked with a wider mode'),
  KEY_FILE_INVALID: words('a key file is damaged', 'it was edited or cut'),
  CREDENTIAL_FILE_MODE: words(
    'a credential file can be read by others',
    'it was copied or downloaded with a wider mode',
  ),
  CREDENTIAL_FILE_INVALID: words(
    'a credential file is damaged or none',
    'it was edited or cut, or HEDDLE_CREDENTIAL names another file',
  ),

  NOT_FOUND: words(
    'nothing has the name or id that was given',
    'it is misspelt, in another clone, or not made yet',
    'look it up with `heddle log`, `heddle thread list`, `heddle oplog` or `heddle grant list`',
  ),
  AMBIGUOUS: words('more than one thing begins like this', 'an id was shortened too much'),
  THREAD_EXISTS: words('a thread has this name', 'it was started before, here or elsewhere'),
  THREAD_NAME_COLLISION: words(
    'the name cannot stand beside that of another thread',
    'it lies above or below it, as `task` and `task/login`, or differs in case or Unicode form alone',
  ),
  THREAD_NOT_STARTED: words('this worktree is on no thread', 'nobody ran start here'),
  THREAD_DIVERGED: words(
    'the thread went on elsewhere',
    'it was captured to in another worktree since this one last was, or in another clone and here',
  ),
  WORKTREE_DIRTY: words(
    'files were changed and not captured',
    'what is dropped or landed has work that is in no state yet, or files that are in the way were changed',
  ),
  FILE_TOO_LARGE: words(
    'a file is larger than is captured',
    'a build output or data set is not ignored; redacting too much at once does it, too',
  ),
  FILE_UNREADABLE: words('a file cannot be read', 'its mode keeps this user out, or it is no plain file'),
  FILE_NAME_REFUSED: words(
    'a file has a name that is not kept',
    'it looks like .git, or is not valid on another system',
  ),
  FILTER_UNTRUSTED: words(
    'a file needs a program that the repository names',
    'the repository itself configures a filter, which could run anything',
  ),
  REF_NOT_LOGGED: words(
    'a ref of heddle was to be moved by something that is not heddle',
    'somebody ran git update-ref, push or fetch on refs/heddle by hand',
  ),
  HOOK_INPUT_INVALID: words(
    'what a hook was handed is not what git hands it',
    'the hook was started by hand, or by a program that is not git',
  ),
  TOKEN_WIDENS: words(
    'the new token would have more than the one that it is made from',
    'an operation, a resource or a life was asked for that the parent lacks',
  ),
  TOKEN_INVALID: words(
    'there is no token that could be used',
    'the file holds something else, or there is no credential to make one from',
  ),
  KEY_REJECTED: words(
    'the public keys are refused',
    'they are not proven to be of this principal, registered already, or weak',
  ),
  GRANT_INVALID: words(
    'the grant cannot be made or taken back',
    'the principal is not registered, the end has passed, or the last owner would go',
  ),
  POLICY_INVALID: words(
    'the policy cannot be set, or there can be none',
    'the resource is a path or of another repository, or there are too many policies',
  ),
  TOKEN_AGAINST_POLICY: words(
    'a policy of this repository would refuse the new token',
    'it would live too long, be one agent too many, or run where agents may not',
  ),
  NOT_FROZEN: words('there is no freeze to lift', 'it was lifted already, or never was'),
  KEY_REVOCATION_REFUSED: words('the keys cannot be revoked', 'they are those of the last owner'),
  REQUEST_LIMIT: words(
    'no more can be asked for',
    'one key has as many open requests as it may have, one request is too large, or the repository holds too many',
  ),
  REQUEST_CLOSED: words(
    'the request is not open any more',
    'it was answered or withdrawn, or it has expired',
  ),
  REQUEST_UNFIXABLE: words(
    'no approval makes the request possible, or not one of yours',
    'the credential has ended, nobody could give what is missing, or only somebody else can hand it on',
    'have the one who asked look at the denial again, with `heddle can`',
  ),
  AMEND_REFUSED: words(
    'the newest state is replaced by no other',
    'somebody else made it, it was landed, or other work was built on it',
  ),
  EVIDENCE_REFUSED: words(
    'an evidence of that cannot be made',
    "the history of Git's own, from which a thread began, has what was removed, or it would be larger than 512 MiB",
  ),
  REVIEW_LIMIT: words(
    'no more can be said in reviews',
    'the repository holds as many reviews as it may',
    'ask its owners: the set only grows',
  ),
  UNDO_NOTHING: words('there is nothing of yours to take back', 'all was taken back, or others did it'),
  UNDO_REFUSED: words(
    'the operation cannot be taken back',
    'others built upon it, or it is of a kind that has no way back',
  ),
  LAND_CONFLICT: words(
    'the thread and the branch changed the same lines',
    'the branch went on after the thread began',
  ),
  LAND_REFUSED: words(
    'the thread cannot be landed as it is',
    'a state proves nothing, removed content would be landed, or the branch is in use by another thread or a rebase',
  ),
  LAND_PENDING: words(
    'a landing waits in this worktree until its conflicts are resolved',
    'the thread and the branch changed the same lines, and somebody began to land it here',
  ),
  LAND_UNRESOLVED: words(
    'conflicts are left: paths that git still has as unmerged, or files with markers in them',
    'a file was put right and not added, one was overlooked, or a submodule is not checked out as the index has it',
  ),
  LAND_NOT_PENDING: words(
    'no landing waits in this worktree',
    'it was ended already, it waits in another worktree, or another user of the clone began it',
  ),
  OPERATION_ID_REUSED: words(
    'the id of the request stands for another request',
    'HEDDLE_OPERATION_ID is still set from before',
  ),
  INCIDENT_REFUSED: words(
    'nothing can be said of an incident now',
    'none is open, one is open already, or steps of it are not done',
  ),
  NOT_REDACTABLE: words(
    'the path holds nothing that can be redacted',
    'it is a directory or a submodule, it is empty, or the reason quotes what is in it',
    'name one file that a state holds: `heddle show` lists what a state changed',
  ),
  CONTENT_SHUNNED: words('a file holds what was removed', 'the redacted content was put back'),
  SECRET_FOUND: words(
    'what was to be kept holds something that looks like a secret',
    'a key or a password was written into a file, or what somebody said of their work',
  ),
  TOMBSTONE_INVALID: words(
    'a tombstone is missing or not what was signed',
    'a ref was moved back or edited by hand, or a clone is incomplete',
  ),
  INTEGRATE_REFUSED: words(
    'a harness is not wired, or its settings are left alone',
    'an agent asked for it, or the file of settings is a link',
  ),
  QUARANTINE_MISSING: words(
    'this clone does not hold what was redacted',
    'it was redacted in another clone or by another user, or purged',
  ),
  PURGE_REFUSED: words(
    'there is nothing to purge under this name',
    'it was not redacted, it was lifted, or purged before',
  ),
  REWRITE_REFUSED: words(
    'the history of Git itself cannot be rewritten as it is',
    'the clone is shallow or partial, or something in it is unfinished that needs the history as it is',
  ),
  FORMAT_UNKNOWN: words('a record is of a version that is not known', 'a newer heddle wrote it'),
  FORMAT_INVALID: words(
    'a record or an answer is not of the form that it must have',
    'it was made by hand or by another program, or exceeds a limit',
    'see what the error names; `heddle verify --all` tells whether the repository is sound',
  ),
  OBJECT_CORRUPT: words('an object is missing or damaged', 'a disk failed, or objects were removed by hand'),
  AUTHORITY_INVALID: words(
    'the authority chain does not hold',
    'its ref was moved or edited by hand, or replaced by another chain',
  ),
  AUTHORITY_SET_BACK: words(
    'the authority chain lacks what this home knew of it, so a revocation may be missing',
    'its ref was moved back by hand, or the repository was put back from a copy',
  ),
  LOG_SET_BACK: words(
    "the clone's own log lacks the last line that this home wrote into it",
    'a file of it was cut, or the repository was put back from a copy',
  ),
  CLONE_CHANGED: words(
    'the repository says that it is another clone, or of another genesis, than this home knows at its place',
    'the record of the clone was edited, or copied from elsewhere',
  ),
  LOG_CORRUPT: words('the operation log does not hold', 'a file of it was edited or cut'),
  PUBLISHED_LOG_INVALID: words(
    'what another clone published of its operation log does not verify',
    'a line of it was edited, dropped or put elsewhere, a signature does not hold, or nobody endorsed that clone',
  ),
  PUBLISHED_LOG_ROLLED_BACK: words(
    'a published operation log ends before what is known of it',
    'an older copy of it was put in its place, or a clone was restored from a backup',
  ),
  PUBLISHED_LOG_FORKED: words(
    'a clone published two operation logs that contradict each other',
    'the clone was copied together with its home, restored from a backup, or somebody has its key',
  ),
  WASM_INVALID: words(
    'a part of the installation is not what was published',
    'a file was changed, or the installation is incomplete',
  ),

  REMOTE_UNKNOWN: words('no remote has that name', 'it is misspelt, or was never added to this repository'),
  REMOTE_EXISTS: words('a remote has that name', 'it was added before'),
  REMOTE_REFUSED: words(
    'heddle does not reach a remote of that name or address',
    'the address starts a program, or a policy lists other remotes',
  ),
  REMOTE_FAILED: words(
    'the remote cannot be reached or read',
    'the address is wrong, the network is down, or the other side asks for a login',
  ),
  REMOTE_MOVED: words(
    'the remote has what this clone has not',
    'somebody else pushed since this clone pulled',
  ),
  PUSH_REFUSED: words(
    'the receiving side refused what was pushed',
    'a hook there, or its configuration, does not allow it',
  ),
  OUTPUT_EXISTS: words('what would be written exists', 'a file, directory or key of that name is there'),
  DISK_FULL: words('no space is left', 'the disk or a quota is full'),
  IO_FAILED: words(
    'the system refused to read or write',
    'a file or directory belongs to another user, is read-only, or a disk fails',
    'see the file that the error names, who may write there and as whom you run',
  ),
  LOCK_HELD: words('another process works here', 'a heddle or git runs at the same time'),
  REF_MOVED: words('somebody else was first', 'a ref moved between reading and writing it'),
  FILE_CHANGING: words('a file changes while it is read', 'an editor, a build or a test writes to it'),
  THREAD_CLAIMED: words(
    'somebody else is the only one who may write to the thread',
    'a process claimed it with `heddle thread claim THREAD`; one with the same credential is another writer',
  ),

  DENIED: words(
    'the request was denied: such an answer has a code of its own',
    'see `heddle help denials`',
    'run its fix, or read why there is none',
  ),
  BUG: words(
    'this is a bug in heddle',
    'something happened that nobody thought of',
    'run it again with HEDDLE_TRACE=1 and report what it prints',
  ),
};
