import { words, type SomeWords } from './words-of-code.ts';

/** What is kept does not hold, what carries it fails, and what is in use. */
export const KEPT_WORDS = {
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
} satisfies SomeWords;
