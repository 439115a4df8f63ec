import { words, type SomeWords } from './words-of-code.ts';

/** Threads, files, tokens, requests, landings, removals: what was asked for cannot be done. */
export const WORK_WORDS = {
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
    'the thread and the branch changed the same places',
    'the branch went on after the thread began',
  ),
  LAND_REFUSED: words(
    'the thread cannot be landed as it is',
    'a state proves nothing, removed content would be landed, or the branch is in use by another thread or a rebase',
  ),
  LAND_PENDING: words(
    'a landing waits in this worktree until its conflicts are resolved',
    'the thread and the branch changed the same places, and somebody began to land it here',
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
    'a harness is not wired, its settings are left alone, or a session of it gets nothing',
    'an agent asked for it, the file of settings is a link, or the token of a session was revoked',
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
} satisfies SomeWords;
